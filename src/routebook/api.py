"""The whole pipeline: text to tree, to checked policy, to evaluation tree, to decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from routebook import files, remembered
from routebook.decision import Decision, Explanation, Lead
from routebook.diagnostics import Diagnostic, PolicyError, RoutebookError, in_order
from routebook.intake.validate import Intake
from routebook.remembered import Head

if TYPE_CHECKING:
    from routebook.analysis.model import Progress

    # deciding by a policy that was checked before needs no parser, no checker, no rosters and no proofs: what loads
    # them is imported where it is used
    from routebook.check.policy import Checked, CheckedPolicy
    from routebook.codegen.running import Decide
    from routebook.kept import Kept
    from routebook.plan.tree import Leaf, Tree
    from routebook.remembered import Remembered
    from routebook.roster import Roster
    from routebook.settings import Settings
    from routebook.source import Source
    from routebook.types import Schema


FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2899
"""The years that decisions can be made in: those of a router."""

_ANY_MOMENT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What is handed on where a policy does not ask for the moment: telling the time costs as much as the decision."""


class Policy:
    """A loaded policy: immutable, and safe to share between threads.

    `tree` is its evaluation tree, `checked` what the checker settled, `digest` the digest of its meaning;
    `settings` those of the nearest `routebook.toml`.
    """

    def __init__(self, checked: CheckedPolicy, settings: Settings | None = None) -> None:
        from routebook.plan.build import build
        from routebook.settings import Settings

        tree = build(checked)
        head = Head(tree.name, tree.digest, tree.timezone, tree.schema)
        self._begin(head, checked.files, tree, checked, settings or Settings())

    @classmethod
    def of_remembered(cls, found: Remembered, settings: Path | None) -> Policy:
        """A policy that was checked in an earlier run, with its settings file: what it needs no more is not read."""
        policy = cls.__new__(cls)
        policy._begin(found.head, found.program)
        policy._remembered = found
        policy._settings_file = settings
        return policy

    def _begin(
        self,
        head: Head,
        texts: tuple[Source, ...],
        tree: Tree | None = None,
        checked: CheckedPolicy | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._head = head
        self.files = texts
        self._intake = Intake(head.schema, head.timezone)
        self._tree = tree
        self._checked = checked
        self._settings = settings
        self._remembered: Remembered | None = None
        self._settings_file: Path | None = None
        self._leaf_of: Decide | None = None
        self._verdict_of: Decide | None = None
        self._asks_now = True
        self._lock = RLock()

    @property
    def tree(self) -> Tree:
        with self._lock:
            if self._tree is None:
                assert self._remembered is not None
                self._tree = self._remembered.tree()
                if self._tree is None:
                    from routebook.plan.build import build

                    self._tree = build(self.checked)
            return self._tree

    @property
    def schema(self) -> Schema:
        """The fields of a lead."""
        return self._head.schema

    @property
    def timezone(self) -> ZoneInfo:
        """The time zone in which the policy tells days and hours."""
        return self._head.timezone

    @property
    def checked(self) -> CheckedPolicy:
        with self._lock:
            if self._checked is None:
                assert self._remembered is not None
                loaded = self._remembered.parsed()
                self._checked = _checked(loaded)
            return self._checked

    @property
    def settings(self) -> Settings:
        with self._lock:
            if self._settings is None:
                from routebook.settings import Settings, read_settings

                assert self._remembered is not None
                path, text = self._settings_file, self._remembered.settings
                self._settings = Settings() if path is None else read_settings(path, text)
            return self._settings

    @property
    def source(self) -> str | None:
        """The name of the source that the settings say leads come from."""
        return self.settings.source if self._remembered is None else self._remembered.source

    @property
    def texts(self) -> tuple[Source, ...]:
        """All that it was read from: `files`, the main one first, and those of its tests."""
        if self._remembered is not None:
            return (*self._remembered.program, *self._remembered.tests)
        tests = {id(case.span.source): case.span.source for case in self.checked.tests}
        return tuple({id(each): each for each in (*self.files, *tests.values())}.values())

    @property
    def name(self) -> str | None:
        """The name in the policy's head, where it has one."""
        return self._head.name

    @property
    def digest(self) -> str:
        """`sha256:…`, the same for every layout of the same meaning."""
        return self._head.digest

    @property
    def text(self) -> str:
        """The text of the main file."""
        return self.files[0].text

    @property
    def kept(self) -> Kept:
        """All that a store keeps of the policy: its files, and the settings that bear on leads."""
        from routebook.kept import keep

        return keep(self.checked.program, self.settings)

    def lead(self, record: Mapping[str, Any]) -> Lead:
        """A record with the fields' own names as a lead, validated and normalised.

        Raises `LeadError` with every problem where it does not fit the policy's schema.
        """
        return self._intake.lead(record)

    def decide(self, lead: Lead | Mapping[str, Any], now: datetime | None = None) -> Decision:
        """Which rule takes the lead, and the plan. A plain mapping is validated first (`LeadError`).

        `now` is the moment that the policy's `now` stands for; an aware datetime, by default the present.
        """
        valid = lead if type(lead) is Lead else self._valid(lead)
        verdict_of = self._verdict_of or self._verdicts()
        found = verdict_of(valid.raw, moment(now) if now is not None or self._asks_now else _ANY_MOMENT)
        if found is None:
            return Decision(valid.id, None, (), self._head.digest)
        rule, plan, sla = found
        return Decision(valid.id, rule, plan, self._head.digest, sla)

    def leaf(self, lead: Lead, now: datetime) -> Leaf | None:
        """The leaf of `tree` that takes a valid lead at an aware moment, None where none does.

        The policy is compiled when it is first asked; it decides as the walk of the tree does, and faster.
        """
        leaf_of = self._leaf_of or self._leaves()
        leaf: Leaf | None = leaf_of(lead.raw, now)
        return leaf

    def _leaves(self) -> Decide:
        from routebook.codegen.compiled import compile_policy

        with self._lock:
            if self._leaf_of is None:
                self._leaf_of = compile_policy(self.tree, tuple(self.tree.leaves()))
            return self._leaf_of

    def _verdicts(self) -> Decide:
        """What gives the rule, the plan's texts and the SLA: all that a decision needs."""
        with self._lock:
            if self._verdict_of is None:
                ready = self._remembered.ready if self._remembered is not None else None
                if ready is not None:
                    from routebook.codegen.running import straight

                    head = self._head
                    decide = straight(ready.code, head.digest, head.timezone, ready.verdicts)
                    self._asks_now = ready.asks_now
                else:
                    from routebook.codegen.compiled import asks_now, compile_policy, verdicts

                    decide = compile_policy(self.tree, verdicts(self.tree))
                    self._asks_now = asks_now(self.tree)
                self._verdict_of = decide
            return self._verdict_of

    def explain(self, lead: Lead | Mapping[str, Any], now: datetime | None = None) -> Explanation:
        """As `decide`, with every rule that was tried on the way and what settled it."""
        from routebook.plan.walk import decision_of, walk

        valid = self._valid(lead)
        walked = walk(self.tree, valid, moment(now))
        decision = decision_of(self.tree, valid.id, walked.leaf)
        return Explanation(valid, decision, walked.steps, notes=valid.notes)

    def _valid(self, lead: Lead | Mapping[str, Any]) -> Lead:
        return lead if isinstance(lead, Lead) else self.lead(lead)

    def __repr__(self) -> str:
        return f"Policy({self.name or self.files[0].name!r}, {self.digest[:14]}…)"


def moment(now: datetime | None) -> datetime:
    """The moment to decide at: the present where none is given.

    Raises `RoutebookError` for one without an offset, or so far off that no time zone can tell its day.
    """
    if now is None:
        return datetime.now(UTC)
    if now.tzinfo is None or now.utcoffset() is None:
        raise RoutebookError("`now` has no offset from UTC: give an aware datetime")
    if not FIRST_YEAR <= now.year <= LAST_YEAR:
        words = f"the years are {FIRST_YEAR} to {LAST_YEAR}"
        raise RoutebookError(f"the moment {now.isoformat()} is out of reach: {words}")
    return now


def load(path: str | Path, prove: bool = False, roster: str | Path | Roster | None = None) -> Policy:
    """The policy of a file, or of a folder that holds one.

    Raises `PolicyError` with the findings: with RB0xx ones always, where `prove` with every error finding,
    those about the roster included where one is given.
    """
    file, settings_file = files.the_policy(Path(path)), files.settings_file(Path(path))
    found = remembered.find(file, settings_file)
    if found is not None:
        policy = Policy.of_remembered(found, settings_file)
    else:
        from routebook.settings import settings_for

        loaded = files.load(file)
        policy = Policy(_checked(loaded), settings_for(Path(path)))
        remembered.keep(file, loaded, policy.tree, settings_file, policy.source)
    if prove:
        prove_with(policy, load_roster(roster))
    return policy


def loads(
    text: str,
    name: str = "<text>",
    prove: bool = False,
    roster: str | Path | Roster | None = None,
    settings: Settings | None = None,
) -> Policy:
    """The policy that a text holds. It can import nothing. Raises `PolicyError` as `load` does.

    `settings` are those to prove it by; a text has none of its own.
    """
    policy = Policy(_checked(files.load_text(text, name)), settings)
    if prove:
        prove_with(policy, load_roster(roster))
    return policy


def _checked(loaded: files.Loaded) -> CheckedPolicy:
    from routebook.check.policy import check as check_program

    checked = check_program(loaded.program, loaded.tests)
    if checked.policy is None:
        raise PolicyError(_errors(checked.findings) or [_library(loaded)])
    return checked.policy


def policy_of(loaded: files.Loaded, settings: Settings) -> Policy | None:
    """The policy that was read; None for a library. Raises `PolicyError` with the RB0xx findings."""
    from routebook.check.policy import check as check_program

    checked = check_program(loaded.program, loaded.tests)
    if checked.policy is not None:
        return Policy(checked.policy, settings)
    errors = _errors(checked.findings)
    if errors or not checked.is_library:
        raise PolicyError(errors or [_library(loaded)])
    return None


def prove_with(policy: Policy, roster: Roster | None, progress: Progress | None = None) -> None:
    """Raises `PolicyError` with every error finding of the whole check, where there is one.

    A check that found none is remembered, and not made again (see `proved`). `progress` is told how far it is.
    """
    from routebook import proved

    key = proved.key_of(policy.digest, policy.texts, roster, policy.settings)
    if proved.is_known(key):
        return
    errors = _errors(_lint(policy, roster, policy.settings, progress=progress))
    if errors:
        raise PolicyError(errors)
    proved.remember(key)


def _errors(findings: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [finding for finding in findings if finding.is_error]


def _library(loaded: files.Loaded) -> Diagnostic:
    from routebook.check.kinds import NO_RULES

    name = loaded.program.main.source.name
    message = f"`{name}` has neither a lead nor rules: it is a library, to import and not to run"
    return Diagnostic(NO_RULES, message, file=name)


def _lint(
    policy: Policy,
    roster: Roster | None,
    settings: Settings,
    budget: float | None = None,
    progress: Progress | None = None,
) -> tuple[Diagnostic, ...]:
    from routebook.lint.model import Subject
    from routebook.lint.run import lint
    from routebook.runtime.fit import Fit, fit

    handed_off = frozenset(settings.handoff)
    fitted = fit(policy.tree, roster) if roster is not None else Fit({}, ())
    subject = Subject(policy.checked, policy.tree, roster, handed_off, fitted.values, budget, progress)
    return (*fitted.findings, *lint(subject, settings.lint))


def load_roster(roster: str | Path | Roster | None) -> Roster | None:
    """A roster that is given as it is or by its path. Raises `PolicyError` where the file is wrong."""
    if roster is None:
        return None
    from routebook.roster import Roster

    return roster if isinstance(roster, Roster) else Roster.load(roster)


def check(path_or_text: str | Path, roster: str | Path | Roster | None = None) -> tuple[Diagnostic, ...]:
    """Every finding of a policy: a path (a `Path`, or text that ends in `.route`), or the policy's text.

    Raises `PolicyError` only where there is nothing to check: a file that cannot be read, a broken roster.
    """
    from routebook.settings import Settings, settings_for

    if isinstance(path_or_text, Path) or path_or_text.endswith(files.ENDING):
        path = Path(path_or_text)
        return check_file(files.the_policy(path), load_roster(roster), settings_for(path)).findings
    loaded = files.load_text(path_or_text)
    return check_loaded(loaded, load_roster(roster), Settings()).findings


def check_file(file: files.PolicyFile, roster: Roster | None, settings: Settings) -> Checked:
    """Check one policy file with its imports and tests."""
    return check_loaded(files.load(file), roster, settings)


def check_loaded(
    loaded: files.Loaded,
    roster: Roster | None,
    settings: Settings,
    budget: float | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Check what was read: syntax, names and types, then, where those are sound, every lint.

    `budget` is how many seconds proofs may take, None for as long as it takes; what is left open is RB303.
    `progress` is told the phase of the proof, how much of it is done, and of how much.
    """
    from routebook.check.policy import Checked
    from routebook.check.policy import check as check_program

    checked = check_program(loaded.program, loaded.tests)
    if checked.policy is None:
        return checked
    findings = _lint(Policy(checked.policy, settings), roster, settings, budget, progress)
    return Checked(checked.policy, in_order((*checked.findings, *findings)))


def explain(policy: Policy, lead: Lead | Mapping[str, Any], now: datetime | None = None) -> Explanation:
    """Why a policy decides about a lead as it does; a router's `explain` also says who would get it."""
    return policy.explain(lead, now)

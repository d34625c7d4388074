"""A policy at work: leads in, recorded assignments out, and what the log says of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from routebook.aftercare import Aftercare
from routebook.api import Policy, load, load_roster, prove_with
from routebook.archive import Archive
from routebook.check.rules import CheckedRule
from routebook.decision import Assignment, Excerpt, Explanation, Lead
from routebook.intake.accounts.matching import AccountMatching
from routebook.intake.accounts.model import Accounts
from routebook.intake.history import History, read_history
from routebook.intake.problems import LeadError
from routebook.intake.validate import Intake
from routebook.plan.testing import TestResult
from routebook.plan.testing import run_tests as run_blocks
from routebook.roster import Roster
from routebook.runtime import router as runtime
from routebook.runtime.after.events import Recorded
from routebook.runtime.after.sweeping import Swept
from routebook.runtime.after.worklist import Work
from routebook.runtime.errors import StoreError
from routebook.runtime.learning import Learned
from routebook.runtime.log import PLACINGS
from routebook.runtime.presence import Marked
from routebook.runtime.router import explain_log as read_log
from routebook.runtime.segments import ways_to_segment
from routebook.runtime.stores import open_store
from routebook.source import Span

if TYPE_CHECKING:
    from routebook.analysis.model import Progress
    from routebook.runtime.notices.delivering import Delivered

MEMORY: Final = "memory:"
"""The store of a router that is given none: what it remembers goes with it."""


class Router:
    """A policy at work: a roster, and a store that remembers whose turn it is and who had which lead.

    `store` is a SQLAlchemy URL such as `sqlite:///leads.db`, or `memory:`. `accounts`, or a file of them, fill the
    `account.…` fields that leads leave missing. Raises `PolicyError` where the check of policy and roster has
    error findings (unless `prove` is off) or the accounts have mistakes, `StoreError` where the store cannot be
    used. Safe to share between threads. Close it, or use it in a `with`.
    """

    def __init__(
        self,
        policy: Policy | str | Path,
        roster: Roster | str | Path,
        store: str | None = None,
        *,
        accounts: Accounts | str | Path | None = None,
        prove: bool = True,
    ) -> None:
        self.policy = policy if isinstance(policy, Policy) else load(policy)
        people = load_roster(roster)
        assert people is not None
        self.roster = people
        if prove:
            prove_with(self.policy, people)
        tree = self.policy.tree
        self._accounts: AccountMatching | None = None
        if accounts is not None:
            known = accounts if isinstance(accounts, Accounts) else Accounts.load(accounts)
            self._accounts = AccountMatching(known, tree.schema, tree.timezone, people)
        self._intake = Intake(tree.schema, tree.timezone, accounts=self._accounts)
        self._store = open_store(store or MEMORY)
        self._routing = runtime.Router(
            tree,
            people,
            self._store,
            kept=self.policy.kept,
            decide=self.policy.leaf,
            settings=self.policy.settings,
        )
        self._after = Aftercare(
            self._store, self.policy, people, self.policy.settings, self._routing.transactions
        )

    @property
    def durable(self) -> bool:
        """Whether the store outlives the program, so that leads need ids of their own."""
        return self._store.durable

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know about the accounts and how leads are matched to them."""
        return () if self._accounts is None else self._accounts.notes

    def route(self, lead: Lead | Mapping[str, Any], now: datetime | None = None) -> Assignment:
        """Place a lead and record it; one that has its assignment gets that one back, `again`.

        A plain mapping is validated first (`LeadError`). `now` is an aware datetime, by default the present.
        Raises `StoreError` where nothing could be recorded.
        """
        return self._routing.route(self._valid(lead), now)

    def route_many(
        self, leads: Iterable[Lead | Mapping[str, Any]], now: datetime | None = None
    ) -> Iterator[Assignment]:
        """One assignment a lead, in order, in shared transactions: each is recorded by the time it is given."""
        return self._routing.route_many(map(self._valid, leads), now=now)

    def learn(self, history: History | str | Path, now: datetime | None = None) -> Learned:
        """Count what came of past leads, for `performance`: each once in the life of the store.

        `history` is a file of them, or what `history` makes of one. Raises `InputError` with all that is wrong in it,
        `StoreError` where nothing could be recorded.
        """
        found = history if isinstance(history, History) else self.history(history)
        return self._routing.learn(found.leads, now)

    def history(self, path: str | Path) -> History:
        """The past leads in a file, with the fields by which the policy tells leads apart. Raises `InputError`."""
        return history_for(self.policy, path)

    def explain(
        self, lead: Lead | Mapping[str, Any], now: datetime | None = None, history: History | None = None
    ) -> Explanation:
        """What would become of a lead that has not come before, and why. Nothing is recorded.

        With a `history`, as if that had been learnt from.
        """
        valid = self._valid(lead)
        past = () if history is None else history.leads
        explanation = self._routing.preview(valid, now, past)
        known = self._store.lead(valid.id) if valid.id is not None else None
        if known is None or known.reopened:
            return explanation
        note = "this lead has been routed already; this is where it would go if it came for the first time"
        return replace(explanation, notes=(*explanation.notes, note))

    def record(
        self,
        lead: str,
        kind: str,
        *,
        rep: str | None = None,
        at: datetime | None = None,
        key: str | None = None,
        reason: str | None = None,
        turn: str | None = None,
    ) -> Recorded:
        """Record what happened to a lead: a status, `touch`, `return` (the rep hands it back) or `assign` (by hand).

        `rep` is who did it or, for `assign`, who gets the lead; `at` an aware datetime, by default the present; the
        same `key` is the same event. Raises `StoreError` where it does not fit the lead: nothing is recorded then.
        """
        return self._after.record(lead, kind, rep=rep, at=at, key=key, reason=reason, turn=turn)

    def sweep(self, now: datetime | None = None) -> Iterator[Swept]:
        """Act on leads that are overdue under their SLA, and on held ones; a second sweep finds nothing to do.

        Each is done and recorded by the time it is given: go through all of them.
        """
        return self._after.sweep(now)

    def presence(self, rep: str, online: bool, at: datetime | None = None) -> Marked:
        """Record that a rep is there, or is not, from `at` on: who is marked offline gets no leads that need a shift.

        Being marked online again changes nothing about hours. Raises `StoreError` for a rep who is not in the roster.
        """
        return self._after.presence(rep, online, at)

    def deliver(self) -> Iterator[Delivered]:
        """Deliver what people are to be told, each notice tried once: go through all of them.

        Raises `RoutebookError` where the settings name no destination, or the secret of one is not in the environment.
        """
        return self._after.deliver()

    def queue(self, name: str, by: str | None = None) -> list[Work]:
        """The leads that wait in a queue, highest first by a field of theirs; without one the oldest first."""
        return self._after.queue(name, by)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _valid(self, lead: Lead | Mapping[str, Any]) -> Lead:
        if not isinstance(lead, Lead):
            return self._intake.lead(lead)
        return lead if self._accounts is None else self._accounts.enrich(lead)


def history_for(policy: Policy, path: str | Path) -> History:
    """The past leads in a file, with the fields by which the policy tells leads apart. Raises `InputError`."""
    tree = policy.tree
    fields = {ref.name: ref for way in ways_to_segment(tree) for ref in way}
    return read_history(path, fields.values(), tree.timezone)


def run_tests(
    policy: Policy,
    roster: Roster | None = None,
    budget: float | None = None,
    progress: Progress | None = None,
) -> list[TestResult]:
    """Run the policy's test blocks. Those that expect a rep are asked of a router without any history.

    Fields that a test leaves out are proved not to matter, else tried: where that can be, within `budget` seconds.
    """
    from routebook import trials

    router: Router | None = None

    def rep_of(lead: Lead, now: datetime) -> str | None:
        nonlocal router
        if router is None:  # few tests ask
            assert roster is not None
            router = Router(policy, roster, prove=False)
        assignment = router.explain(lead, now).assignment
        return assignment.rep if assignment is not None else None

    tests = policy.checked.tests
    results = run_blocks(policy.tree, tests, rep_of if roster is not None else None, policy.leaf)
    return trials.proved(policy.tree, tests, results, budget, progress)


def explain_log(lead: str, store: str, policy: Policy | None = None) -> Explanation:
    """Why a lead went where it went, as the store's log has it, with the text of its rule at that time.

    The rules that were tried come from the policy that the store keeps. `policy` is for a store that an older
    Routebook wrote, where it does not keep all of it. Raises `StoreError` where the store is not there or has no
    such lead.
    """
    if is_new(store):
        raise StoreError(f"there is no store {store}: look at the path")
    opened = open_store(store)
    try:
        explanation = read_log(opened, lead)
        if explanation is None:
            raise StoreError(f"the store {store} knows no lead `{lead}`")
        placed = [row for row in opened.log(lead) if row.kind in PLACINGS]
        kept, lost = _kept_policy(Archive(opened), json.loads(placed[-1].body))
    finally:
        opened.close()
    if policy is not None and policy.digest != explanation.decision.policy:
        note = "the policy given is not the one that decided: it says something else by now"
        explanation = replace(explanation, notes=(*explanation.notes, note))
    elif kept is None and policy is not None:
        return _with_steps(explanation, policy)
    if kept is not None:
        return _with_steps(explanation, kept)
    return replace(explanation, notes=(*explanation.notes, lost))


def is_new(store: str) -> bool:
    """Whether opening this store would make it: a file that is not there."""
    scheme, _, rest = store.partition(":///")
    path = rest.partition("?")[0]
    return scheme.partition("+")[0] == "sqlite" and path not in ("", ":memory:") and not Path(path).exists()


def _kept_policy(archive: Archive, said: Mapping[str, Any]) -> tuple[Policy | None, str]:
    """The policy that last decided about the lead, or why it cannot be had."""
    try:
        return archive.policy(said), ""
    except StoreError as error:
        return None, f"the rules tried cannot be told: {error}"


def _with_steps(explanation: Explanation, policy: Policy) -> Explanation:
    """The same with every rule that was tried, and the text of the one that took the lead."""
    assignment = explanation.assignment
    assert assignment is not None
    rule = next((rule for rule in _rules(policy.checked.rules) if rule.id == explanation.rule), None)
    found = replace(explanation, text=None if rule is None else _excerpt(rule.span))
    try:
        replayed = policy.explain(policy.lead(explanation.lead), assignment.at)
    except LeadError:
        return found
    return replace(found, steps=replayed.steps) if replayed.rule == explanation.rule else found


def _rules(rules: Iterable[CheckedRule]) -> Iterator[CheckedRule]:
    """Every rule, those inside blocks after the block."""
    for rule in rules:
        yield rule
        if isinstance(rule.body, tuple):
            yield from _rules(rule.body)


def _excerpt(span: Span) -> Excerpt:
    """The lines that a stretch of a policy stands in."""
    lines = tuple(span.source.line_text(line) for line in range(span.line, span.end_line + 1))
    return Excerpt(span.file, span.line, lines)

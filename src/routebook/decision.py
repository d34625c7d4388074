"""What host apps see: decisions, assignments and explanations, plain and frozen.

Everything here is data with a JSON form (`as_json`) whose names are a contract; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from routebook.types import show_number


class Outcome(StrEnum):
    """How a lead ended. Every lead ends as exactly one of these, or is rejected at intake."""

    ASSIGNED = "assigned"
    HELD = "held"
    QUEUED = "queued"
    NURTURED = "nurtured"
    REJECTED = "rejected"
    UNASSIGNED = "unassigned"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class AccountMatch:
    """Which account a lead belongs to, and how that is known.

    `account` is the account's id, None where no account was found; `how` what matched: "id", "domain",
    "subdomain", "name", "words" (the same words in another order) or "misspelt"; `score` how alike the names
    are, in whole per cent, with the `threshold` that it had to reach: both None but for "misspelt". `tied` are
    the ids of the other accounts that matched as well; `words` say all of it in sentences.
    """

    account: str | None
    name: str | None
    how: str | None
    words: tuple[str, ...]
    score: int | None = None
    threshold: int | None = None
    tied: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "name": self.name,
            "how": self.how,
            "score": self.score,
            "threshold": self.threshold,
            "tied": list(self.tied),
            "words": list(self.words),
        }


class Lead(Mapping[str, Any]):
    """A validated lead: its known fields by name, normalised; a missing field is absent.

    `id` is the value of its id field as text, or None where the policy declares none; `account` how it was
    matched to an account, None where accounts play no part.
    Equal leads have equal ids and fields; a lead is immutable and hashable by identity of content.
    """

    __slots__ = ("_values", "account", "id")

    def __init__(
        self, values: Mapping[str, Any], id: str | None = None, account: AccountMatch | None = None
    ) -> None:
        self._values = dict(values)
        self.id = id
        self.account = account

    @property
    def notes(self) -> tuple[str, ...]:
        """What an explanation says of the lead itself: the account that it was matched to."""
        return () if self.account is None else self.account.words

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The field's value, or `default` where the lead does not have it."""
        return self._values.get(name, default)

    def called(self, id: str) -> Lead:
        """The same lead, called by this id."""
        return Lead(self._values, id, self.account)

    @property
    def raw(self) -> dict[str, Any]:
        """The fields as a plain dict, which compiled policies read; not to be changed."""
        return self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Lead(id={self.id!r}, {self._values!r})"

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON values, dotted names kept flat."""
        return {name: jsonable(value) for name, value in self._values.items()}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says about a lead: the rule that takes it, and the plan, target by target, in words.

    `rule` is None, and `outcome` "undecided", where no rule takes the lead. `lead` is its id as text, or
    None; `policy` the digest of the policy's meaning; `sla` the SLA of the rule.
    """

    lead: str | None
    rule: str | None
    plan: tuple[str, ...]
    policy: str
    sla: str | None = None

    @property
    def outcome(self) -> str | None:
        return Outcome.UNDECIDED.value if self.rule is None else None

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"lead": self.lead}
        if self.rule is None:
            shown["outcome"] = Outcome.UNDECIDED.value
        return shown | {"rule": self.rule, "plan": list(self.plan), "policy": self.policy}


@dataclass(frozen=True, slots=True)
class Reason:
    """One comparison that settled whether a rule took the lead: its words, the value met, whether it held."""

    condition: str
    value: Any
    holds: bool
    file: str
    line: int
    column: int

    def as_json(self) -> dict[str, Any]:
        return {
            "condition": self.condition,
            "value": jsonable(self.value),
            "holds": self.holds,
            "file": self.file,
            "line": self.line,
            "column": self.column,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was tried: whether its own condition held, and because of what.

    `matched` is whether the rule took the lead; a block whose condition held but none of whose rules took
    the lead has `entered` and not `matched`.
    """

    rule: str
    description: str | None
    matched: bool
    entered: bool
    because: tuple[Reason, ...]
    file: str
    line: int

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "description": self.description,
            "matched": self.matched,
            "entered": self.entered,
            "because": [reason.as_json() for reason in self.because],
            "file": self.file,
            "line": self.line,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rep looked at for a target, and why or why not. `target` counts the plan's targets from 0.

    `standing` holds the numbers that the strategy compared, by name, such as credit, weight or load.
    """

    target: int
    rep: str
    eligible: bool
    reason: str
    chosen: bool = False
    standing: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "rep": self.rep,
            "eligible": self.eligible,
            "reason": self.reason,
            "chosen": self.chosen,
            "standing": jsonable(self.standing),
        }


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a lead ended. The names are those of the JSON that `route` writes.

    `target` is the place in `plan` of the target that placed the lead, None where none did; `until` when a
    held lead's time is up; `at` the moment of the assignment; `again` whether this is an earlier
    assignment returned once more; `policy` the digest of the policy's meaning.
    """

    lead: str
    outcome: Outcome
    rule: str | None
    target: int | None
    pool: str | None
    rep: str | None
    queue: str | None
    nurture: str | None
    reason: str | None
    until: datetime | None
    sla: str | None
    plan: tuple[str, ...]
    at: datetime
    policy: str
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        return {name.name: jsonable(getattr(self, name.name)) for name in fields(self)}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a policy as they were when it decided: the file's name, the number of the first, and all of them."""

    file: str
    line: int
    lines: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a lead went where it went: every rule tried, every candidate seen, and the assignment.

    `arithmetic` says in one line how the chosen rep was chosen; `notes` what else a reader should know; `text` is the
    rule as it was written, where the explanation is about the past.
    """

    lead: Mapping[str, Any]
    decision: Decision
    steps: tuple[Step, ...]
    candidates: tuple[Candidate, ...] = ()
    assignment: Assignment | None = None
    arithmetic: str | None = None
    notes: tuple[str, ...] = ()
    text: Excerpt | None = None

    @property
    def rule(self) -> str | None:
        return self.decision.rule

    def as_json(self) -> dict[str, Any]:
        return {
            "lead": jsonable(self.lead),
            "rule": self.decision.rule,
            "plan": list(self.decision.plan),
            "policy": self.decision.policy,
            "steps": [step.as_json() for step in self.steps],
            "candidates": [candidate.as_json() for candidate in self.candidates],
            "assignment": self.assignment.as_json() if self.assignment else None,
            "arithmetic": self.arithmetic,
            "notes": list(self.notes),
            "text": self.text.as_json() if self.text else None,
        }


def jsonable(value: Any) -> Any:
    """A value of a lead or a result as JSON holds it: exact numbers, ISO dates, sorted sets.

    Whole decimals become integers, other decimals floats where that loses nothing, else text.
    """
    match value:
        case None | bool() | int() | str():
            return value.value if isinstance(value, StrEnum) else value
        case Decimal() | Fraction():
            return _json_number(value)
        case datetime():
            return show_moment(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case frozenset() | set():
            return sorted(value)
        case Mapping():
            return {str(key): jsonable(item) for key, item in value.items()}
        case list() | tuple():
            return [jsonable(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {name.name: jsonable(getattr(value, name.name)) for name in fields(value)}
    return value


def _json_number(value: Decimal | Fraction) -> int | float | str:
    exact = Fraction(value)
    if exact.denominator == 1:
        return exact.numerator
    text = show_number(value)
    return float(text) if "/" not in text and Decimal(repr(float(text))) == Decimal(text) else text


def show_moment(moment: datetime) -> str:
    """A moment in ISO 8601 with its offset, `Z` for UTC."""
    return moment.isoformat().replace("+00:00", "Z")

"""The tree of a policy file: frozen nodes, each with a span that equality ignores.

The tree says what was written, not what it means: names are not resolved and nothing is typed. It keeps
what the canonical layout keeps (the short form of a target, `else when`) and drops what it does not
(comments, redundant brackets, an `assign` after `then`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from routebook.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    """What every node has: the place that it was read from."""

    span: Span = field(compare=False, repr=False)


# --- Expressions -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name, dotted or not; what it names is settled by the checker."""

    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and time as written: aware where an offset stood, else in the policy's timezone."""

    value: datetime


LiteralValue: TypeAlias = bool | int | Decimal | str | date | time | Moment


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant. `lexeme` is how a number was written (`50_000`)."""

    value: LiteralValue
    lexeme: str = field(default="", compare=False)

    # `1 == True` and `1 == Decimal("1")` in Python, but not in a policy.
    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Literal)
            and type(self.value) is type(other.value)
            and self.value == other.value
            and str(self.value) == str(other.value)
        )

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class MissingValue(Node):
    """`missing` where a plain value may stand."""


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class And(Node):
    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    part: Expr


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left op right`; `between` has two on the right, `is missing` and `is known` none."""

    op: str
    left: Expr
    right: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """`first + … - …`: each further term with its sign."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """`first * … / …`: each further factor with its sign."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    part: Expr


Expr: TypeAlias = Name | Literal | ListLiteral | Or | And | Not | Compare | Sum | Product | Negative
PlainValue: TypeAlias = Literal | MissingValue | ListLiteral


# --- Schemas and names -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bounds(Node):
    low: Literal | None
    high: Literal | None


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """A type as written: `word` is its keyword (`one of` and `set of` in full)."""

    word: str
    bounds: Bounds | None = None
    members: tuple[Literal, ...] = ()
    element: TypeName | None = None


@dataclass(frozen=True, slots=True)
class FieldDecl(Node):
    name: Name
    description: Literal | None
    type: TypeName
    optional: bool


@dataclass(frozen=True, slots=True)
class PolicyItem(Node):
    name: Literal
    timezone: Literal | None


@dataclass(frozen=True, slots=True)
class ImportItem(Node):
    path: Literal


@dataclass(frozen=True, slots=True)
class LeadItem(Node):
    fields: tuple[FieldDecl, ...]


@dataclass(frozen=True, slots=True)
class RepItem(Node):
    fields: tuple[FieldDecl, ...]


@dataclass(frozen=True, slots=True)
class ListItem(Node):
    name: Name
    description: Literal | None
    value: Expr


@dataclass(frozen=True, slots=True)
class DefineItem(Node):
    name: Name
    description: Literal | None
    condition: Expr


@dataclass(frozen=True, slots=True)
class DeriveCase(Node):
    condition: Expr
    value: PlainValue


@dataclass(frozen=True, slots=True)
class DeriveItem(Node):
    name: Name
    description: Literal | None
    type: TypeName
    cases: tuple[DeriveCase, ...]
    otherwise: PlainValue | None


@dataclass(frozen=True, slots=True)
class PointsEntry(Node):
    """`add 10 when COND`, or `add 2 per FIELD up to 6`: one of `condition` and `per` is given."""

    sign: int
    amount: Literal
    condition: Expr | None
    per: Name | None
    up_to: Literal | None


@dataclass(frozen=True, slots=True)
class PointsItem(Node):
    name: Name
    description: Literal | None
    bounds: Bounds
    entries: tuple[PointsEntry, ...]


# --- Rules and actions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duration(Node):
    value: timedelta
    lexeme: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Strategy(Node):
    word: str
    fields: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Sticky(Node):
    field: Name
    duration: Duration | None


@dataclass(frozen=True, slots=True)
class PoolTarget(Node):
    """`assign pool P by STRATEGY …`; `short` for `STRATEGY P …`; without a strategy, round robin."""

    pool: Name
    strategy: Strategy | None
    on_shift: bool
    where: Expr | None
    sticky: Sticky | None
    short: bool


@dataclass(frozen=True, slots=True)
class RepTarget(Node):
    rep: Literal | Name


@dataclass(frozen=True, slots=True)
class HoldTarget(Node):
    pool: Name
    where: Expr | None
    up_to: Duration


@dataclass(frozen=True, slots=True)
class QueueTarget(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class NurtureTarget(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class RejectTarget(Node):
    reason: Literal


@dataclass(frozen=True, slots=True)
class Arm(Node):
    percent: Literal
    target: Target


@dataclass(frozen=True, slots=True)
class SplitTarget(Node):
    name: Literal
    field: Name
    arms: tuple[Arm, ...]


Target: TypeAlias = (
    PoolTarget | RepTarget | HoldTarget | QueueTarget | NurtureTarget | RejectTarget | SplitTarget
)


@dataclass(frozen=True, slots=True)
class Action(Node):
    targets: tuple[Target, ...]
    sla: Name | None


@dataclass(frozen=True, slots=True)
class Block(Node):
    rules: tuple[RuleItem, ...]


@dataclass(frozen=True, slots=True)
class RuleItem(Node):
    """A rule. A bare `else` has no condition; `reads_else` marks an `else` before `when`."""

    name: Name | None
    description: Literal | None
    condition: Expr | None
    body: Action | Block
    reads_else: bool = False


# --- SLAs, sources and tests -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reassign(Node):
    times: Literal


@dataclass(frozen=True, slots=True)
class SlaStep(Node):
    """`respond`, `touches N` or `close`, within a time, and what then."""

    kind: str
    count: Literal | None
    within: Duration
    business: bool
    actions: tuple[Target | Reassign, ...]


@dataclass(frozen=True, slots=True)
class SlaItem(Node):
    name: Name
    description: Literal | None
    steps: tuple[SlaStep, ...]


@dataclass(frozen=True, slots=True)
class MapEntry(Node):
    """`"A" to value`; the entry without a key is `else value`."""

    key: Literal | None
    value: PlainValue


@dataclass(frozen=True, slots=True)
class MapClause(Node):
    entries: tuple[MapEntry, ...]


@dataclass(frozen=True, slots=True)
class MissingTexts(Node):
    texts: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class SourceField(Node):
    """Where a field's value comes from, and how it is read; each clause stands once at most."""

    name: Name
    column: Literal
    map: MapClause | None = None
    split_by: Literal | None = None
    as_: Literal | None = None
    default: PlainValue | None = None
    missing: MissingTexts | None = None


@dataclass(frozen=True, slots=True)
class SourceItem(Node):
    name: Name
    fields: tuple[SourceField, ...]
    missing: MissingTexts | None


@dataclass(frozen=True, slots=True)
class TestField(Node):
    name: Name
    value: PlainValue


class ExpectKind(StrEnum):
    RULE = "rule"
    POOL = "pool"
    QUEUE = "queue"
    NURTURE = "nurture"
    REJECT = "reject"
    REP = "rep"
    NO_RULE = "no rule"


@dataclass(frozen=True, slots=True)
class Expect(Node):
    """What a test expects. `what` is a name, or the quoted text of a rep or an unnamed rule."""

    kind: ExpectKind
    what: Name | Literal | None


@dataclass(frozen=True, slots=True)
class TestItem(Node):
    name: Literal
    fields: tuple[TestField, ...]
    now: Literal | None
    expects: tuple[Expect, ...]


@dataclass(frozen=True, slots=True)
class BrokenItem(Node):
    """What could not be read. Names in it are taken as declared, so that one mistake is one finding."""

    words: frozenset[str]


Item: TypeAlias = (
    PolicyItem
    | ImportItem
    | LeadItem
    | RepItem
    | ListItem
    | DefineItem
    | DeriveItem
    | PointsItem
    | RuleItem
    | SlaItem
    | SourceItem
    | TestItem
    | BrokenItem
)


@dataclass(frozen=True, slots=True)
class File(Node):
    """One parsed file: its items in the order in which they stand."""

    items: tuple[Item, ...]

"""Conditions as Python expressions, each field read where it is first needed.

A local is assigned inside the expression that first asks for it. It may be used again wherever that expression is
sure to have been evaluated, which the scopes keep track of: the first part of an `and` always is, the second only
once the first held. What is dear to work out (texts folded, calculations, parts of moments) is kept in a local
that begins as `...`, so that it is worked out at most once whichever way evaluation takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, assert_never

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    Comparison,
    Condition,
    Constant,
    FieldRef,
    Members,
    Named,
    Not,
    Operand,
    Pattern,
    Scope,
)
from routebook.codegen.constants import Constants
from routebook.codegen.order import Order
from routebook.operators import Operator, Takes
from routebook.plan.tree import Tree
from routebook.types import EmailType, NumberType, SetType, TextType

_WEEKDAYS: Final = "('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')"
_OR, _AND, _NOT, _ATOM = range(4)
"""How tightly an expression binds."""

Text = tuple[str, int]
"""An expression and how tightly it binds."""


class Expressions:
    """Writes expressions, with the lines that must stand before them."""

    def __init__(self, tree: Tree, uses: Counter[int]) -> None:
        self.tree = tree
        self.constants = Constants()
        self.order = Order()
        self.functions: list[str] = []
        self.lazy: dict[str, None] = {}
        self.body: list[str] = []
        self._uses = uses
        self._arithmetic: dict[Arithmetic, str] = {}
        self._names: dict[tuple[str, Any], str] = {}
        self._counts: Counter[str] = Counter()
        self.blocks: list[set[str]] = [set()]
        self._parts: list[set[str]] = []

    def line(self, depth: int, text: str) -> None:
        """Add a line to the function that is being written."""
        self.body.append("    " * depth + text)

    # --- Locals ---------------------------------------------------------------------------------------

    def name(self, kind: str, key: Any) -> str:
        """A name for a local or function, by number: nothing of the policy is in it."""
        found = self._names.get((kind, key))
        if found is None:
            found = self._names[kind, key] = f"{kind}_{self._counts[kind]}"
            self._counts[kind] += 1
        return found

    def _is_set(self, local: str) -> bool:
        return any(local in scope for scope in self._parts) or any(local in scope for scope in self.blocks)

    @contextmanager
    def _perhaps(self) -> Iterator[None]:
        """Around what may not be evaluated: what is assigned in it counts inside it only."""
        self._parts.append(set())
        yield
        self._parts.pop()

    @contextmanager
    def _statement(self) -> Iterator[None]:
        """Around the expression of one statement, after which what it surely assigned counts for the block."""
        outer, self._parts = self._parts, [set()]
        yield
        self.blocks[-1] |= self._parts[0]
        self._parts = outer

    def _held(self, local: str, make: Callable[[], str], lazy: bool = False) -> tuple[str, str]:
        """How to ask for a local the first time, and every time after it."""
        if self._is_set(local):
            return local, local
        if lazy:
            with self._perhaps():
                source = make()
            self.lazy[local] = None
            first = f"({local} if {local} is not ... else ({local} := {source}))"
        else:
            first = f"({local} := {make()})"
        self._parts[-1].add(local)
        return first, local

    def assign(self, ref: FieldRef, depth: int) -> None:
        """Read a field in a line of its own."""
        with self._statement():
            local = self.name("value", (ref.scope, ref.name))
            if not self._is_set(local):
                self.line(depth, f"{local} = {self._read(ref)}")
                self._parts[-1].add(local)

    def value_now(self, ref: FieldRef) -> str:
        """The expression of a field's value, for a line of its own."""
        with self._statement():
            return self.value(ref)[0]

    def key_now(self, ref: FieldRef) -> tuple[str, str]:
        """As `key`, in an expression of its own."""
        with self._statement():
            return self.key(ref)

    def key_once(self, ref: FieldRef) -> str:
        """As `key_now`, for what is asked once: a field of the lead as it stands is not kept in a local."""
        if ref.scope is Scope.LEAD and ref.part is None and not _is_folded(ref):
            return self._read(ref)
        return self.key_now(ref)[0]

    # --- Conditions -----------------------------------------------------------------------------------

    def statement(self, condition: Condition, depth: int) -> str:
        """An expression of a condition; defines that it shares with others are assigned before, at this depth."""
        with self._statement():
            return self._condition(condition, depth)[0]

    def _condition(self, condition: Condition, depth: int) -> Text:
        match condition:
            case Comparison():
                return self._comparison(condition)
            case AllOf(parts):
                return self._joined(parts, depth, conjunction=True)
            case AnyOf(parts):
                return self._joined(parts, depth, conjunction=False)
            case Not(part):
                return self._negated(self._condition(part, depth))
            case Named():
                return self._named(condition, depth)
            case Always(value):
                return repr(value), _ATOM
            case _:
                assert_never(condition)

    def _negated(self, text: Text) -> Text:
        return (f"not {text[0]}" if text[1] >= _NOT else f"not ({text[0]})"), _NOT

    def _joined(self, parts: Sequence[Condition], depth: int, conjunction: bool) -> Text:
        first, *others = self.order.cheapest_first(parts, conjunction)
        texts = [self._condition(first, depth)]
        with self._perhaps():
            texts += [self._condition(part, depth) for part in others]
        binds = _AND if conjunction else _OR
        inside = [text if level >= binds else f"({text})" for text, level in texts]
        return (" and " if conjunction else " or ").join(inside), binds

    def _named(self, named: Named, depth: int) -> Text:
        inner = named.condition
        if self._uses[id(inner)] < 2 or isinstance(inner, Comparison):
            return self._condition(inner, depth)
        local = self.name("define", id(inner))
        if not any(local in scope for scope in self.blocks):
            with self._statement():
                text = self._condition(inner, depth)[0]
                self.line(depth, f"{local} = {text}")
                self._parts[-1].add(local)
        return local, _ATOM

    def _comparison(self, test: Comparison) -> Text:
        row = test.row
        if row.takes is Takes.PRESENCE and not _can_miss(test.left):
            return repr(row.negates is None), _ATOM
        operands = (test.left, *test.right)
        exact = any(isinstance(operand, Arithmetic) for operand in operands)
        decimal = any(isinstance(operand, FieldRef) and _is_decimal(operand) for operand in operands)
        # a pattern is searched for in the value itself, which no folding has changed
        if row.takes is Takes.PATTERN and isinstance(test.left, FieldRef):
            left = self.value(test.left)
        else:
            left = self._operand(test.left, exact, decimal)
        with self._perhaps():
            right = [self._operand(operand, exact, decimal) for operand in test.right]
        text = self._positive(test, row.positive, left, right)
        return self._negated(text) if row.negates is not None else text

    def _positive(
        self, test: Comparison, row: Operator, left: tuple[str, str], right: list[tuple[str, str]]
    ) -> Text:
        optional = _can_miss(test.left)
        missing = [n for n, operand in enumerate(test.right) if _can_miss(operand)]
        if row.takes is Takes.PRESENCE:
            return _core(row, left, (), plain=True)
        if row.takes is Takes.TRUTH:
            return (f"{left[0]} is True" if optional else left[0]), _ATOM
        plain = all(isinstance(operand, _CONSTANTS) for operand in test.right)
        left_bears, right_bears = row.bears_missing
        if (left_bears or not optional) and (right_bears or not missing) and not (optional and missing):
            return _core(row, left, [text for text, _ in right], plain)
        known = [f"{left[0]} is not None"] if optional else []
        known += [f"{right[n][0]} is not None" for n in missing if not right_bears]
        if optional:
            left = (left[1], left[1])
        elif known:
            # what is asked on the right of `and` may need what the left assigns, which is not asked yet
            known.insert(0, f"({left[0]}, True)[1]")
            left = (left[1], left[1])
        texts = [text[1] if n in missing and not right_bears else text[0] for n, text in enumerate(right)]
        core, binds = _core(row, left, texts, plain)
        return " and ".join([*known, core]), min(binds, _AND) if known else binds

    # --- Operands -------------------------------------------------------------------------------------

    def _operand(self, operand: Operand, exact: bool, decimal: bool) -> tuple[str, str]:
        """An operand as it compares: how to ask for it the first time, and again.

        Numbers stay integers and decimals, which compare exactly; beside a calculation, which gives fractions,
        the comparison makes fractions of both.
        """
        match operand:
            case FieldRef():
                return self._exact_field(operand) if exact and _is_decimal(operand) else self.key(operand)
            case Constant(_, _, key):
                text = self.constants.name(key, exact, decimal)
            case Members(_, keys):
                text = self.constants.name(keys)
            case Pattern(pattern, fold_case):
                text = self.constants.named(f"pattern({pattern!a}, {fold_case}).search")
            case Arithmetic():
                return self._held(
                    self.name("calculated", operand), lambda: self._calculation(operand), lazy=True
                )
            case _:
                assert_never(operand)
        return text, text

    def _exact_field(self, ref: FieldRef) -> tuple[str, str]:
        def make() -> str:
            first, again = self.key(ref)
            return f"None if {first} is None else Fraction({again})" if ref.optional else f"Fraction({first})"

        return self._held(self.name("exact", (ref.scope, ref.name)), make, lazy=True)

    def key(self, ref: FieldRef) -> tuple[str, str]:
        """A field as it compares: how to ask for it the first time, and again."""
        if not _is_folded(ref):
            return self.value(ref)
        return self._held(self.name("key", (ref.scope, ref.name)), lambda: self._folded(ref), lazy=True)

    def _folded(self, ref: FieldRef) -> str:
        if ref.part is not None:
            # folding goes letter by letter, and nothing combines with `@`: all of the address is folded in one go
            first, again = self.value(_whole(ref))
            whole = first if not ref.optional else again
            domain = _PARTS[ref.part].format(f"({again}.lower() if {whole}.isascii() else fold({again}))")
            return f"None if {first} is None else {domain}" if ref.optional else domain
        first, again = self.value(ref)
        start = f"None if {first} is None else " if ref.optional else ""
        asked = again if ref.optional else first
        if isinstance(ref.type, SetType):
            return f"{start}frozenset(map(fold, {asked}))"
        # the short way of folding what is plain ASCII, as `text.fold` has it; an address has no space to strip
        bare = "" if ref.scope is Scope.LEAD and isinstance(ref.type, EmailType) else ".strip()"
        return f"{start}{again}{bare}.lower() if {asked}.isascii() else fold({again})"

    def value(self, ref: FieldRef) -> tuple[str, str]:
        if ref.scope is Scope.NOW and ref.part is None:
            return "now", "now"
        lazy = ref.scope is Scope.COMPUTED or (ref.part is not None and self._is_moment(ref))
        return self._held(self.name("value", (ref.scope, ref.name)), lambda: self._read(ref), lazy)

    def _read(self, ref: FieldRef) -> str:
        if ref.part is not None:
            return self._part(ref)
        match ref.scope:
            case Scope.LEAD:
                return f"lead.get({ref.base!a})" if ref.optional else f"lead[{ref.base!a}]"
            case Scope.NOW:
                return "now"
            case Scope.COMPUTED:
                return f"computed(memo, {self.name('compute', ref.base)}, lead, now)"
            case Scope.REP:
                raise ValueError("a rep's field is asked of reps, not of leads")
            case _:
                assert_never(ref.scope)

    def _part(self, ref: FieldRef) -> str:
        whole = _whole(ref)
        first, again = self._there(whole) if self._is_moment(ref) else self.value(whole)
        asked = again if ref.optional else first
        source = _PARTS[str(ref.part)].format(asked)
        return f"None if {first} is None else {source}" if ref.optional else source

    def _there(self, whole: FieldRef) -> tuple[str, str]:
        """A moment in the policy's timezone."""

        def make() -> str:
            first, again = self.value(whole)
            if whole.optional:
                return f"None if {first} is None else {again}.astimezone(zone)"
            return f"{first}.astimezone(zone)"

        return self._held(self.name("local", (whole.scope, whole.base)), make, lazy=True)

    def _is_moment(self, ref: FieldRef) -> bool:
        match ref.scope:
            case Scope.NOW:
                return True
            case Scope.COMPUTED:
                type_ = self.tree.computed[ref.base].type
            case _:
                type_ = self.tree.schema[ref.base].type
        return type(type_).__name__ == "DateTimeType"

    def _calculation(self, arithmetic: Arithmetic) -> str:
        operands = (arithmetic.first, *(part for _, part in arithmetic.rest))
        texts = [self._operand(part, exact=True, decimal=False)[0] for part in operands]
        return f"{self._arithmetic_function(arithmetic)}({', '.join(texts)})"

    def _arithmetic_function(self, arithmetic: Arithmetic) -> str:
        if arithmetic not in self._arithmetic:
            name = self._arithmetic[arithmetic] = f"calculate_{len(self._arithmetic)}"
            names = [f"x{n}" for n in range(len(arithmetic.rest) + 1)]
            lines = [f"def {name}({', '.join(names)}):"]
            lines.append(f"    if {' or '.join(f'{x} is None' for x in names)}:")
            lines.append("        return None")
            lines.append("    total = Fraction(x0)")
            for (sign, _), x in zip(arithmetic.rest, names[1:], strict=True):
                if sign == "/":
                    lines += [f"    if {x} == 0:", "        return None"]
                lines.append(f"    total = total {sign} {x}")
            self.functions.append("\n".join([*lines, "    return total"]))
        return self._arithmetic[arithmetic]


_PARTS: Final = {
    "domain": "{0}.rpartition('@')[2]",
    "date": "{0}.date()",
    "time": "{0}.time()",
    "hour": "{0}.hour",
    "weekday": f"{_WEEKDAYS}[{{0}}.weekday()]",
}
_CONSTANTS: Final = (Constant, Members, Pattern)


def _core(row: Operator, left: tuple[str, str], right: Sequence[str], plain: bool) -> Text:
    """The operator's meaning on known values; `plain` where what is on the right is constant."""
    template = (row.constant if plain else "") or row.template
    text = template.format(*right, x=left[0], again=left[1])
    if " and " in template:
        return text, _AND
    return text, _NOT if template.startswith("not ") else _ATOM


def _whole(ref: FieldRef) -> FieldRef:
    """The field that a part is of."""
    return FieldRef(ref.base, ref.scope, ref.base, None, ref.type, ref.optional)


def _is_folded(ref: FieldRef) -> bool:
    """Whether the field's value is folded before it compares."""
    element = ref.type.element if isinstance(ref.type, SetType) else ref.type
    return isinstance(element, TextType | EmailType)


def _is_decimal(ref: FieldRef) -> bool:
    return isinstance(ref.type, NumberType) and not ref.type.integer


def _can_miss(operand: Operand) -> bool:
    return isinstance(operand, Arithmetic) or (isinstance(operand, FieldRef) and operand.optional)

"""Evaluation tree to Python: one function that takes a lead's values and returns the number of the leaf.

Each field is read once, in the block where it is first needed; a define that several conditions use is one local,
and a computed field one call. The code is straight: `if …: return n` in the order of the rules, a block an `if`
around its rules. It agrees with the walk on every valid lead; `tests/codegen` holds the two together.

Generated code is deterministic and holds nothing of the policy but constants (see `constants`): names of fields
stand in it as quoted texts only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, assert_never

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    Comparison,
    Condition,
    Constant,
    Derive,
    FieldRef,
    Members,
    Named,
    Not,
    Operand,
    Pattern,
    Points,
    Scope,
)
from routebook.codegen.constants import Constants
from routebook.operators import Takes
from routebook.plan.tree import Leaf, RuleNode, Tree
from routebook.types import EmailType, SetType, TextType

PRELUDE: Final = (
    "from datetime import date, datetime, time",
    "from decimal import Decimal",
    "from fractions import Fraction",
)
_WEEKDAYS: Final = "('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')"
_SIGNS: Final = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Emitter:
    """Writes the functions of one policy's module."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.constants = Constants()
        self._uses = _define_uses(tree)
        self._functions: list[str] = []
        self._arithmetic: dict[Arithmetic, str] = {}
        self._names: dict[tuple[str, Any], str] = {}
        self._body: list[str] = []
        self._scopes: list[set[str]] = []

    # --- The module -----------------------------------------------------------------------------------

    def decide(self, name: str = "decide") -> str:
        """The source of `name(lead, now)`: the number of the leaf that takes the lead, else -1."""
        numbers = {id(leaf): number for number, leaf in enumerate(self.tree.leaves())}

        def body() -> None:
            self._rules(self.tree.rules, numbers, 1)
            self.line(1, "return -1")

        return self.function(f"{name}(lead, now)", body, memo=True)

    def test(self, name: str, condition: Condition) -> str:
        """The source of `name(lead, now)`: whether a condition holds."""
        return self.function(f"{name}(lead, now)", lambda: self._return(condition), memo=True)

    def _return(self, condition: Condition) -> None:
        self.line(1, f"return {self._condition(condition, 1)}")

    def computed(self) -> list[str]:
        """The sources of the functions of computed fields, in the order of their definitions."""
        return [self._compute(computed) for computed in self.tree.computed.values()]

    def helpers(self) -> list[str]:
        """The functions that the ones made so far call."""
        return self._functions

    def function(self, head: str, write: Any, memo: bool = False) -> str:
        """A function whose body `write` puts together, with a scope of its own."""
        outer = self._body, self._scopes
        self._body, self._scopes = [], [set()]
        write()
        lines = [f"def {head}:"]
        if memo and self.tree.computed:
            lines.append("    memo = {}")
        lines += self._body
        self._body, self._scopes = outer
        return "\n".join(lines)

    def line(self, depth: int, text: str) -> None:
        """Add a line to the function that is being written."""
        self._body.append("    " * depth + text)

    # --- Rules ----------------------------------------------------------------------------------------

    def _rules(self, rules: tuple[RuleNode, ...], numbers: dict[int, int], depth: int) -> None:
        for node in rules:
            test = self._condition(node.condition, depth) if node.condition is not None else None
            inner = depth
            if test is not None:
                self.line(depth, f"if {test}:")
                inner += 1
            if isinstance(node, Leaf):
                self.line(inner, f"return {numbers[id(node)]}")
                if test is None:
                    return
                continue
            self._scopes.append(set())
            self._rules(node.rules, numbers, inner)
            self._scopes.pop()
            if test is not None and not node.rules:
                self.line(inner, "pass")

    # --- Computed fields ------------------------------------------------------------------------------

    def _compute(self, computed: Derive | Points) -> str:
        name = self._name("compute", computed.name)
        write = self._derive if isinstance(computed, Derive) else self._points
        return self.function(f"{name}(lead, now, memo)", lambda: write(computed))  # type: ignore[arg-type]

    def _derive(self, computed: Derive) -> None:
        for case in computed.cases:
            test = self._condition(case.condition, 1)
            self.line(1, f"if {test}:")
            self.line(2, f"return {self.constants.name(case.value)}")
        self.line(1, f"return {self.constants.name(computed.otherwise)}")

    def _points(self, computed: Points) -> None:
        self.line(1, "total = 0")
        for entry in computed.entries:
            if entry.condition is not None:
                self.line(1, f"if {self._condition(entry.condition, 1)}:")
                self.line(2, f"total += {entry.amount}")
                continue
            assert entry.per is not None
            times = self.value(entry.per, 1)
            points = f"{entry.amount} * ({times} or 0)"
            if entry.up_to is not None:
                points = f"max({-entry.up_to}, min({entry.up_to}, {points}))"
            self.line(1, f"total += {points}")
        self.line(1, f"return max({computed.low}, min({computed.high}, total))")

    # --- Conditions -----------------------------------------------------------------------------------

    def _condition(self, condition: Condition, depth: int) -> str:
        """An expression of a condition; what it needs is assigned before, at this depth."""
        match condition:
            case Comparison():
                return self._comparison(condition, depth)
            case AllOf(parts):
                return self._joined(" and ", parts, depth)
            case AnyOf(parts):
                return self._joined(" or ", parts, depth)
            case Not(part):
                return f"not {self._condition(part, depth)}"
            case Named():
                return self._named(condition, depth)
            case Always(value):
                return repr(value)
            case _:
                assert_never(condition)

    def _joined(self, word: str, parts: Iterable[Condition], depth: int) -> str:
        return f"({word.join(self._condition(part, depth) for part in parts)})"

    def _named(self, named: Named, depth: int) -> str:
        if self._uses[id(named.condition)] < 2:
            return self._condition(named.condition, depth)
        local = self._name("define", id(named.condition))
        if not self._is_set(local):
            test = self._condition(named.condition, depth)
            self._set(local, test, depth)
        return local

    def _comparison(self, test: Comparison, depth: int) -> str:
        row = test.row
        exact = any(isinstance(operand, Arithmetic) for operand in (test.left, *test.right))
        left = self._left(test, depth)
        right = [self._key(operand, depth) for operand in test.right]
        known = [
            f"{name} is not None"
            for operand, name in zip((test.left, *test.right), (left, *right), strict=True)
            if _can_miss(operand)
        ]
        if row.name in ("is known", "is missing"):
            positive = known[0] if known else "True"
            return positive if row.negates is None else f"not ({positive})"
        base = row.negates or row.name
        if exact:
            left, *right = [f"Fraction({name})" for name in (left, *right)]
        core = self._core(base, left, right)
        if known and not (base in ("==", "in", "is true") and len(known) == 1 and known[0].startswith(left)):
            core = " and ".join([*known, core])
        elif base == "is true" and known:
            core = f"{left} is True"
        if row.negates is not None:
            return f"not ({core})"
        return f"({core})"

    def _left(self, test: Comparison, depth: int) -> str:
        """The left side as it compares; a pattern is searched for in the value itself, which no folding has changed."""
        if test.row.takes is Takes.PATTERN and isinstance(test.left, FieldRef):
            return self.value(test.left, depth)
        return self._key(test.left, depth)

    def _core(self, operator: str, left: str, right: list[str]) -> str:
        """The operator's meaning on known values, as `operators` has it."""
        match operator:
            case "is true":
                return left
            case "between":
                return f"{right[0]} <= {left} <= {right[1]}"
            case "in":
                return f"{left} in {right[0]}"
            case "has":
                return f"{right[0]} in {left}"
            case "has any":
                return f"not {left}.isdisjoint({right[0]})"
            case "has all":
                return f"{right[0]} <= {left}"
            case "starts with":
                return f"{left}.startswith({right[0]})"
            case "ends with":
                return f"{left}.endswith({right[0]})"
            case "contains":
                return f"{right[0]} in {left}"
            case "matches":
                return f"{right[0]}({left}) is not None"
            case _:
                return f"{left} {_SIGNS[operator]} {right[0]}"

    # --- Operands -------------------------------------------------------------------------------------

    def _key(self, operand: Operand, depth: int) -> str:
        """An operand as it compares; a local or a constant.

        Numbers stay integers and decimals, which compare exactly; beside a calculation, which gives fractions,
        the comparison makes fractions of both.
        """
        match operand:
            case FieldRef():
                return self.key(operand, depth)
            case Constant(_, _, key):
                return self.constants.name(key)
            case Members(_, keys):
                return self.constants.name(keys)
            case Pattern(text, fold_case):
                return self.constants.named(f"pattern({text!a}, {fold_case}).search")
            case Arithmetic():
                return self._calculated(operand, depth)
            case _:
                assert_never(operand)

    def key(self, ref: FieldRef, depth: int) -> str:
        """The local that holds a field as it compares."""
        value = self.value(ref, depth)
        fold = _fold_call(ref)
        if fold is None:
            return value
        local = self._name("key", (ref.scope, ref.name))
        if not self._is_set(local):
            folded = fold.format(value)
            self._set(local, f"None if {value} is None else {folded}" if ref.optional else folded, depth)
        return local

    def value(self, ref: FieldRef, depth: int) -> str:
        """The local that holds a field's value, or a part of it."""
        local = self._name("value", (ref.scope, ref.name))
        if not self._is_set(local):
            self._set(local, self._read(ref, depth), depth)
        return local

    def _read(self, ref: FieldRef, depth: int) -> str:
        if ref.part is not None:
            return self._part(ref, depth)
        match ref.scope:
            case Scope.LEAD:
                return f"lead.get({ref.base!a})" if ref.optional else f"lead[{ref.base!a}]"
            case Scope.NOW:
                return "now"
            case Scope.COMPUTED:
                return f"computed(memo, {self._name('compute', ref.base)}, lead, now)"
            case Scope.REP:
                raise ValueError("a rep's field is asked of reps, not of leads")
            case _:
                assert_never(ref.scope)

    def _part(self, ref: FieldRef, depth: int) -> str:
        whole = self.value(FieldRef(ref.base, ref.scope, ref.base, None, ref.type, ref.optional), depth)
        part = self._part_of(ref, whole, depth)
        return f"None if {whole} is None else {part}" if ref.optional else part

    def _part_of(self, ref: FieldRef, whole: str, depth: int) -> str:
        if ref.part == "domain":
            return f"{whole}.rpartition('@')[2]"
        base = self._base_type(ref)
        if base == "DateTimeType":
            local = self._name("local", (ref.scope, ref.base))
            if not self._is_set(local):
                there = f"{whole}.astimezone(zone)"
                self._set(local, f"None if {whole} is None else {there}" if ref.optional else there, depth)
            whole = local
        calls = {
            "date": "{0}.date()",
            "time": "{0}.time()",
            "hour": "{0}.hour",
            "weekday": f"{_WEEKDAYS}[{{0}}.weekday()]",
        }
        return calls[str(ref.part)].format(whole)

    def _base_type(self, ref: FieldRef) -> str:
        match ref.scope:
            case Scope.NOW:
                return "DateTimeType"
            case Scope.COMPUTED:
                return type(self.tree.computed[ref.base].type).__name__
            case _:
                return type(self.tree.schema[ref.base].type).__name__

    def _calculated(self, arithmetic: Arithmetic, depth: int) -> str:
        """A local with the exact result of a calculation, None where it is missing."""
        local = self._name("calculated", arithmetic)
        if not self._is_set(local):
            parts = [self._key(part, depth) for part in (arithmetic.first, *(p for _, p in arithmetic.rest))]
            name = self._arithmetic_function(arithmetic)
            self._set(local, f"{name}({', '.join(parts)})", depth)
        return local

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
                lines.append(f"    total = total {sign} Fraction({x})")
            self._functions.append("\n".join([*lines, "    return total"]))
        return self._arithmetic[arithmetic]

    # --- Locals ---------------------------------------------------------------------------------------

    def _name(self, kind: str, key: Any) -> str:
        """A name for a local or function, by number: nothing of the policy is in it."""
        found = self._names.get((kind, key))
        if found is None:
            number = sum(1 for other, _ in self._names if other == kind)
            found = self._names[kind, key] = f"{kind}_{number}"
        return found

    def _is_set(self, local: str) -> bool:
        return any(local in scope for scope in self._scopes)

    def _set(self, local: str, source: str, depth: int) -> None:
        self.line(depth, f"{local} = {source}")
        self._scopes[-1].add(local)


def _fold_call(ref: FieldRef) -> str | None:
    """How a field's value becomes the key by which it compares, where it is not its own key."""
    if isinstance(ref.type, TextType | EmailType):
        return "fold({0})"
    if isinstance(ref.type, SetType) and isinstance(ref.type.element, TextType):
        return "frozenset(map(fold, {0}))"
    return None


def _can_miss(operand: Operand) -> bool:
    return isinstance(operand, Arithmetic) or (isinstance(operand, FieldRef) and operand.optional)


def _define_uses(tree: Tree) -> Counter[int]:
    """How often each define is used, by its condition; the inside of one counts once, however often it is used."""
    uses: Counter[int] = Counter()
    stack: list[Condition] = [node for rule in tree.rules for node in _rule_conditions(rule)]
    for computed in tree.computed.values():
        rows = computed.cases if isinstance(computed, Derive) else computed.entries
        stack.extend(row.condition for row in rows if row.condition is not None)
    while stack:
        match stack.pop():
            case AllOf(parts) | AnyOf(parts):
                stack.extend(parts)
            case Not(part):
                stack.append(part)
            case Named(_, inner):
                uses[id(inner)] += 1
                if uses[id(inner)] == 1:
                    stack.append(inner)
            case _:
                pass
    return uses


def _rule_conditions(node: RuleNode) -> Iterable[Condition]:
    if node.condition is not None:
        yield node.condition
    if not isinstance(node, Leaf):
        for inner in node.rules:
            yield from _rule_conditions(inner)

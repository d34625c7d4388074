"""Evaluation tree to Python: one function that takes a lead's values and returns the number of the leaf.

Fields that many rules ask of are read once, at the start, the others where they are first needed; a define that
several conditions use is one local, and a computed field one call. The code is straight: `if …: return n` in the
order of the rules, a block an `if` around its rules. It agrees with the walk on every valid lead; `tests/codegen`
holds the two together.

Generated code is deterministic and holds nothing of the policy but constants (see `constants`): names of fields
stand in it as quoted texts only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from routebook.check.conditions import (
    Comparison,
    Condition,
    Derive,
    FieldRef,
    Named,
    Points,
    Scope,
    each_once,
    fields_in,
)
from routebook.codegen.expressions import Expressions
from routebook.plan.tree import Leaf, RuleNode, Tree

PRELUDE: Final = (
    "from datetime import date, datetime, time",
    "from decimal import Decimal",
    "from fractions import Fraction",
)
_OFTEN: Final = 6
"""A field that so many comparisons ask of is read at the start; rarer ones may never be asked of."""

Answer = Callable[[int], str]
"""How a function returns the number of a leaf: the expression for it."""


class Emitter:
    """Writes the functions of one policy's module."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._uses = _define_uses(tree)
        self.write = Expressions(tree, self._uses)
        self.constants = self.write.constants

    # --- The module -----------------------------------------------------------------------------------

    def decide(self, name: str = "decide", answer: Answer = str) -> str:
        """The source of `name(lead, now)`: the number of the leaf that takes the lead, else -1, as `answer` has it."""
        numbers = {id(leaf): number for number, leaf in enumerate(self.tree.leaves())}

        def body() -> None:
            for ref in _often(self.tree):
                self.write.assign(ref, 1)
            self._rules(self.tree.rules, lambda leaf: answer(numbers[id(leaf)]), 1)
            self.write.line(1, f"return {answer(-1)}")

        return self.function(f"{name}(lead, now)", body, memo=True)

    def test(self, name: str, condition: Condition) -> str:
        """The source of `name(lead, now)`: whether a condition holds."""

        def body() -> None:
            text = self.write.statement(condition, 1)
            self.write.line(1, f"return {text}")

        return self.function(f"{name}(lead, now)", body, memo=True)

    def computed(self) -> list[str]:
        """The sources of the functions of computed fields, in the order of their definitions."""
        return [self._compute(computed) for computed in self.tree.computed.values()]

    def helpers(self) -> list[str]:
        """The functions that the ones made so far call."""
        return self.write.functions

    def function(self, head: str, body: Callable[[], None], memo: bool = False) -> str:
        """A function whose body `body` writes, with a scope of its own."""
        write = self.write
        outer = write.body, write.blocks, write.lazy
        write.body, write.blocks, write.lazy = [], [set()], {}
        body()
        lines = [f"def {head}:"]
        if memo and self.tree.computed:
            lines.append("    memo = {}")
        if write.lazy:
            lines.append(f"    {' = '.join(write.lazy)} = ...")
        lines += write.body
        write.body, write.blocks, write.lazy = outer
        return "\n".join(lines)

    # --- Rules ----------------------------------------------------------------------------------------

    def _rules(self, rules: tuple[RuleNode, ...], answer: Callable[[Leaf], str], depth: int) -> None:
        write = self.write
        for node in rules:
            inner = depth
            if node.condition is not None:
                test = write.statement(node.condition, depth)
                write.line(depth, f"if {test}:")
                inner += 1
            if isinstance(node, Leaf):
                write.line(inner, f"return {answer(node)}")
                if node.condition is None:
                    return
                continue
            before = len(write.body)
            write.blocks.append(set())
            self._rules(node.rules, answer, inner)
            write.blocks.pop()
            if len(write.body) == before:
                write.line(inner, "pass")

    # --- Computed fields ------------------------------------------------------------------------------

    def _compute(self, computed: Derive | Points) -> str:
        name = self.write.name("compute", computed.name)

        def body() -> None:
            if isinstance(computed, Derive):
                self._derive(computed)
            else:
                self._points(computed)

        return self.function(f"{name}(lead, now, memo)", body)

    def _derive(self, computed: Derive) -> None:
        for case in computed.cases:
            test = self.write.statement(case.condition, 1)
            self.write.line(1, f"if {test}:")
            self.write.line(2, f"return {self.constants.name(case.value)}")
        self.write.line(1, f"return {self.constants.name(computed.otherwise)}")

    def _points(self, computed: Points) -> None:
        write = self.write
        write.line(1, "total = 0")
        for entry in computed.entries:
            if entry.condition is not None:
                test = write.statement(entry.condition, 1)
                write.line(1, f"if {test}:")
                write.line(2, f"total += {entry.amount}")
                continue
            assert entry.per is not None
            points = f"{entry.amount} * ({write.value_now(entry.per)} or 0)"
            if entry.up_to is not None:
                points = f"max({-entry.up_to}, min({entry.up_to}, {points}))"
            write.line(1, f"total += {points}")
        write.line(1, f"return max({computed.low}, min({computed.high}, total))")


def conditions_of(tree: Tree) -> Iterator[Condition]:
    """Every condition of rules and computed fields, the outermost of each."""
    for node in tree.rules:
        yield from _rule_conditions(node)
    for computed in tree.computed.values():
        rows = computed.cases if isinstance(computed, Derive) else computed.entries
        yield from (row.condition for row in rows if row.condition is not None)


def _rule_conditions(node: RuleNode) -> Iterable[Condition]:
    if node.condition is not None:
        yield node.condition
    if not isinstance(node, Leaf):
        for inner in node.rules:
            yield from _rule_conditions(inner)


def _define_uses(tree: Tree) -> Counter[int]:
    """How often each define is used, by its condition; uses inside a define count once."""
    named = (each for each in each_once(conditions_of(tree)) if isinstance(each, Named))
    return Counter(id(each.condition) for each in named)


def _often(tree: Tree) -> list[FieldRef]:
    """The fields of the lead that many comparisons of rules ask of as they stand."""
    uses: Counter[FieldRef] = Counter()
    conditions = (condition for node in tree.rules for condition in _rule_conditions(node))
    for test in each_once(conditions):
        if isinstance(test, Comparison):
            for operand in (test.left, *test.right):
                uses.update(ref for ref in fields_in(operand) if ref.scope is Scope.LEAD and ref.part is None)
    often = [ref for ref, times in uses.items() if times >= _OFTEN]
    return sorted(often, key=lambda ref: ref.name)

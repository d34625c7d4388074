"""Many rules at once: a bitmap index over the columns that rules ask of, so that a decision costs little more
with ten thousand rules than with fifty.

Each column gives the alternatives (see `normal`) that the lead's value leaves standing; their conjunction is
what is left, and its highest bit the first. Parts that no column settles are tested for those left standing
only, in order. Bitmap indexes: O'Neil and Quass 1997; the first match by the highest bit instead of a scan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from routebook.check.conditions import AllOf, Condition, FieldRef, Not
from routebook.codegen.classes import Column, Discrete, Ordered, Searched, Wanted, column_of
from routebook.codegen.emit import Emitter
from routebook.codegen.load import Decide, run
from routebook.codegen.normal import Alternative, Literal, Normaliser, same
from routebook.plan.tree import Tree

MEMO_BYTES: Final = 4_000_000
"""How much memory the answers kept for one searched column may take; when they take more, they are dropped."""


@dataclass
class _Memo:
    """A searched column at run time: the bits left standing by each value that was met."""

    column: Searched
    tests: list[Callable[[Mapping[str, Any], datetime], bool]]
    known: dict[Any, int] = field(default_factory=dict)

    def standing(self, key: Any, lead: Mapping[str, Any], now: datetime) -> int:
        """The bits left standing by the lead's value, `key`."""
        bits = self.known.get(key)
        if bits is None:
            bits = self.column.everything
            for (_, no, yes), test in zip(self.column.questions, self.tests, strict=True):
                bits &= ~(yes if test(lead, now) else no)
            if (len(self.known) + 1) * (self.column.everything.bit_length() // 8 + 200) > MEMO_BYTES:
                self.known = {}
            self.known[key] = bits
        return bits


def compile_index(tree: Tree) -> Decide:
    """The policy as an index: quickest for many rules."""
    alternatives = Normaliser().alternatives(tree.rules)
    total = len(alternatives)
    wanted: dict[FieldRef, Wanted] = {}
    for place, alternative in enumerate(alternatives):
        for ref, literals in alternative.columns.items():
            wanted.setdefault(ref, []).append((total - 1 - place, literals))
    columns = {ref: column_of(ref, asked, total) for ref, asked in wanted.items()}
    return _Assembly(tree, alternatives, columns).decide()


class _Assembly:
    """Writes the function that looks the columns up, and gives it the tables."""

    def __init__(self, tree: Tree, alternatives: list[Alternative], columns: dict[FieldRef, Column]) -> None:
        self.tree = tree
        self.alternatives = alternatives
        self.columns = columns
        self.emitter = Emitter(tree)
        self.functions: list[str] = []
        self.tables: dict[str, Any] = {}
        self.memos: list[tuple[Searched, list[str]]] = []

    def decide(self) -> Decide:
        """Compile the lookup with everything that it calls."""
        rest = self._rest_functions()
        source = self.emitter.function("decide(lead, now)", lambda: self._body(bool(rest)), memo=True)
        self._numbers()
        code = run(self.emitter, [*self.functions, source], f"<index {self.tree.digest[:19]}>", self.tables)
        namespace = code.namespace
        for number, (column, tests) in enumerate(self.memos):
            memo = _Memo(column, [namespace[name] for name in tests])
            self.tables[f"standing_{number}"] = namespace[f"standing_{number}"] = memo.standing
        namespace["rest"] = {bit: namespace[name] for bit, name in rest.items()}
        function: Decide = namespace["decide"]
        return function

    def _numbers(self) -> None:
        self.tables["leaf_of"] = [-1, *(alternative.leaf for alternative in reversed(self.alternatives))]

    def _rest_functions(self) -> dict[int, str]:
        """By bit, the function that tests what the columns could not; equal tests share one."""
        names: dict[object, str] = {}
        found: dict[int, str] = {}
        for place, alternative in enumerate(self.alternatives):
            if alternative.rest:
                found[len(self.alternatives) - place] = self._test(_conjunction(alternative.rest), names)
        return found

    def _test(self, condition: Condition, names: dict[object, str]) -> str:
        key = same(condition)
        if key not in names:
            names[key] = f"test_{len(self.functions)}"
            self.functions.append(self.emitter.test(names[key], condition))
        return names[key]

    def _body(self, has_rest: bool) -> None:
        write = self.emitter.line
        joined = " & ".join(self._lookup(ref, column) for ref, column in self.columns.items())
        write(1, f"left = {joined or (1 << len(self.alternatives)) - 1}")
        if not has_rest:
            write(1, "return leaf_of[left.bit_length()]")
            return
        write(1, "while left:")
        write(2, "first = left.bit_length()")
        write(2, "test = rest.get(first)")
        write(2, "if test is None or test(lead, now):")
        write(3, "return leaf_of[first]")
        write(2, "left ^= 1 << first - 1")
        write(1, "return -1")

    def _lookup(self, ref: FieldRef, column: Column) -> str:
        """The expression of the bits that the lead's value leaves standing."""
        searched = isinstance(column, Searched)
        key = self.emitter.value(ref, 1) if searched else self.emitter.key(ref, 1)
        number = len(self.tables)
        match column:
            case Discrete(table, other):
                self.tables[f"find_{number}"] = table.get
                self.tables[f"other_{number}"] = other
                return f"find_{number}({key}, other_{number})"
            case Ordered():
                return self._ordered(ref, key, column, number)
            case Searched():
                names: dict[object, str] = {}
                tests = [self._test(condition, names) for condition, _, _ in column.questions]
                self.memos.append((column, tests))
                self.tables[f"memo_{number}"] = None
                return f"standing_{len(self.memos) - 1}({key}, lead, now)"

    def _ordered(self, ref: FieldRef, key: str, column: Ordered, number: int) -> str:
        self.tables[f"table_{number}"] = column.table
        self.tables[f"at_{number}"] = column.constants
        self.tables[f"missing_{number}"] = column.missing
        place = f"bisect_left(at_{number}, {key}) + bisect_right(at_{number}, {key})"
        lookup = f"table_{number}[{place}]"
        return f"(missing_{number} if {key} is None else {lookup})" if ref.optional else lookup


def _conjunction(literals: list[Literal]) -> Condition:
    parts = tuple(
        condition if positive else Not(condition, condition.span) for condition, positive in literals
    )
    return parts[0] if len(parts) == 1 else AllOf(parts, parts[0].span)

"""Many rules at once: a bitmap index over the columns that rules ask of, so that a decision costs little more
with ten thousand rules than with fifty.

Each column gives the alternatives (see `normal`) that the lead's value leaves standing; their conjunction is
what is left, and its highest bit the first. Parts that no column settles are tested for those left standing
only, in order. Bitmap indexes: O'Neil and Quass 1997; the first match by the highest bit instead of a scan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from routebook.check.conditions import AllOf, Condition, FieldRef, Not
from routebook.codegen.classes import Discrete, Ordered, Searched, Wanted, column_of
from routebook.codegen.emit import Emitter
from routebook.codegen.load import run
from routebook.codegen.normal import Alternative, Literal, Normaliser, same
from routebook.codegen.running import Decide
from routebook.codegen.tables import (
    ByPlace,
    BySearch,
    ByValue,
    Join,
    Lookup,
    Spread,
    direct,
    joined_table,
    joins,
    lookup_of,
)
from routebook.plan.tree import Tree
from routebook.text import fold

MEMO_BYTES: Final = 4_000_000
"""How much memory the answers kept for one searched column may take; when they take more, they are dropped."""


MEMO_VALUES: Final = 4096
"""So many domains are remembered as they are written."""


@dataclass
class _Memo:
    """A searched column at run time: the bits left standing by each value that was met."""

    column: Searched
    tests: list[Callable[[Mapping[str, Any], datetime], bool]]
    known: dict[Any, int] = field(default_factory=dict)

    def standing(self, key: Any, lead: Mapping[str, Any], now: datetime) -> int:
        """The bits left standing by the lead's value, `key`."""
        known = self.known
        bits = known.get(key)
        if bits is None:
            bits = self.column.everything
            for (_, no, yes), test in zip(self.column.questions, self.tests, strict=True):
                bits &= ~(yes if test(lead, now) else no)
            if (len(known) + 1) * (self.column.everything.bit_length() // 8 + 200) > MEMO_BYTES:
                known = self.known = {}
            known[key] = bits
        return bits


class _Domains(dict[Any, Any]):
    """What is found under each domain as it is written: folding it takes longer than all other lookups together."""

    def __init__(self, table: Spread) -> None:
        self._table = table

    def __missing__(self, domain: str | None) -> Any:
        found = self._table.get(None if domain is None else fold(domain), self._table.other)
        if len(self) >= MEMO_VALUES:
            self.clear()
        self[domain] = found
        return found


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy as an index: its alternatives, first to last, and the columns that they ask of.

    Alternative number `n` of `total` is bit `total - 1 - n`.
    """

    alternatives: list[Alternative]
    columns: dict[FieldRef, Discrete | Ordered | Searched]


def plan_index(tree: Tree) -> Plan:
    """Bring a policy into the form of an index."""
    alternatives = Normaliser().alternatives(tree.rules)
    total = len(alternatives)
    wanted: dict[FieldRef, Wanted] = {}
    for place, alternative in enumerate(alternatives):
        for ref, literals in alternative.columns.items():
            wanted.setdefault(ref, []).append((total - 1 - place, literals))
    return Plan(alternatives, {ref: column_of(ref, asked, total) for ref, asked in wanted.items()})


def compile_index(tree: Tree, answers: Sequence[Any] | None = None, plan: Plan | None = None) -> Decide:
    """The policy as an index: quickest for many rules.

    Where `answers` are given, one a leaf, it returns those, and None where no leaf takes the lead.
    """
    return _Assembly(tree, plan or plan_index(tree), answers).decide()


class _Assembly:
    """Writes the function that looks the columns up, and gives it the tables."""

    def __init__(self, tree: Tree, plan: Plan, answers: Sequence[Any] | None) -> None:
        self.tree = tree
        self.alternatives = plan.alternatives
        self.columns = plan.columns
        self.answers = answers
        self.emitter = Emitter(tree)
        self.functions: list[str] = []
        self.tables: dict[str, Any] = {}
        self.memos: list[tuple[Searched, list[str]]] = []

    def decide(self) -> Decide:
        """Compile the lookup with everything that it calls."""
        rest = self._rest_functions()
        source = self.emitter.function("decide(lead, now)", lambda: self._body(bool(rest)), memo=True)
        self.tables["answer_of"] = self._answers()
        code = run(self.emitter, [*self.functions, source], f"<index {self.tree.digest[:19]}>", self.tables)
        namespace = code.namespace
        for number, (column, tests) in enumerate(self.memos):
            memo = _Memo(column, [namespace[name] for name in tests])
            namespace[f"standing_{number}"] = memo.standing
        namespace["rest"] = {bit: namespace[name] for bit, name in rest.items()}
        function: Decide = namespace["decide"]
        return function

    def _answers(self) -> list[Any]:
        """What to return, by the length of the bits that are left."""
        leaves = [alternative.leaf for alternative in reversed(self.alternatives)]
        if self.answers is None:
            return [-1, *leaves]
        return [None, *(self.answers[leaf] for leaf in leaves)]

    def _rest_functions(self) -> dict[int, str]:
        """By bit, the function that tests what the columns could not; equal tests share one."""
        names: dict[object, str] = {}
        found: dict[int, str] = {}
        for place, alternative in enumerate(self.alternatives):
            if alternative.rest:
                key = tuple((same(condition), positive) for condition, positive in alternative.rest)
                found[len(self.alternatives) - place] = self._test(_conjunction(alternative.rest), key, names)
        return found

    def _test(self, condition: Condition, key: object, names: dict[object, str]) -> str:
        if key not in names:
            names[key] = f"test_{len(self.functions)}"
            self.functions.append(self.emitter.test(names[key], condition))
        return names[key]

    def _body(self, has_rest: bool) -> None:
        line = self.emitter.write.line
        everything = (1 << len(self.alternatives)) - 1
        found: list[tuple[FieldRef, Lookup]] = []
        searched: list[tuple[FieldRef, Searched]] = []
        for ref, column in self.columns.items():
            if isinstance(column, Searched):
                searched.append((ref, column))
            else:
                found.append((ref, lookup_of(ref, column)))
        asked = [self._lookup(join, everything) for join in joins(found, len(self.alternatives))]
        asked += [self._search(ref, column) for ref, column in searched]
        self.tables["everything"] = everything
        joined = " & ".join(asked) or "everything"
        if not has_rest:
            line(1, f"return answer_of[({joined}).bit_length()]")
            return
        line(1, f"left = {joined}")
        line(1, "while left:")
        line(2, "first = left.bit_length()")
        line(2, "test = rest.get(first)")
        line(2, "if test is None or test(lead, now):")
        line(3, "return answer_of[first]")
        line(2, "left ^= 1 << first - 1")
        line(1, "return answer_of[0]")

    def _search(self, ref: FieldRef, column: Searched) -> str:
        names: dict[object, str] = {}
        tests = [self._test(condition, same(condition), names) for condition, _, _ in column.questions]
        self.memos.append((column, tests))
        return f"standing_{len(self.memos) - 1}({self.emitter.write.value_now(ref)}, lead, now)"

    def _lookup(self, join: Join, everything: int) -> str:
        """The expression of the bits that the lead's values in these columns leave standing."""
        number = len(self.tables)
        outer_ref, outer = join[0][0], direct(*join[0])
        table = joined_table([(outer_ref, outer), *join[1:]], everything)
        if outer.closed:
            self.tables[f"table_{number}"] = table
            text = f"table_{number}[{self._place(outer_ref, outer)}]"
        elif outer_ref.part == "domain":
            self.tables[f"table_{number}"] = _Domains(table)
            text = f"table_{number}[{self.emitter.write.value_now(outer_ref)}]"
        else:
            # a text is none of the constants more often than not: then `get` is quicker than `__missing__`
            self.tables[f"find_{number}"] = table.get
            self.tables[f"other_{number}"] = table.other
            text = f"find_{number}({self._place(outer_ref, outer)}, other_{number})"
        for ref, lookup in join[1:]:
            text += f"[{self._place(ref, lookup)}]"
        return text

    def _place(self, ref: FieldRef, lookup: Lookup) -> str:
        """The expression that goes between the brackets of a table."""
        write = self.emitter.write
        if isinstance(lookup, ByValue):
            return write.key_once(ref)
        twice = ref.optional or (
            lookup.cap is not None if isinstance(lookup, ByPlace) else lookup.side == "both"
        )
        first, again = write.key_now(ref) if twice else (write.key_once(ref), "")
        match lookup:
            case ByPlace(low=low, cap=cap):
                asked = again if twice else first
                place = f"{asked} - {low}" if low else asked
                if cap is not None:
                    place = f"({place} if {again if ref.optional else first} < {cap} else {cap - low})"
            case BySearch(edges=edges, side=side):
                name = f"edges_{len(self.tables)}"
                self.tables[name] = edges
                asked = again if ref.optional else first
                place = f"bisect_{side}({name}, {asked})"
                if side == "both":
                    place = f"bisect_left({name}, {asked}) + bisect_right({name}, {again})"
        return f"-1 if {first} is None else {place}" if ref.optional else place


def _conjunction(literals: list[Literal]) -> Condition:
    parts = tuple(
        condition if positive else Not(condition, condition.span) for condition, positive in literals
    )
    return parts[0] if len(parts) == 1 else AllOf(parts, parts[0].span)

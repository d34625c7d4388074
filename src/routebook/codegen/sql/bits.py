"""Many rules at once: the bitmap index of `codegen.index` as joins, whose cost hardly grows with the rules.

Each column of the policy puts a lead into one of a few classes; a small table has, for each class, the rules that
it leaves standing as bits, 63 in a word. The words of all columns are joined to the lead by class and taken
together by `&`, and the lowest bit of the first word that is left is the rule. What has no classes (patterns, sets,
comparisons between fields) is a question: its answer leaves standing one or the other of two sets of bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from sqlglot import exp

from routebook.check.conditions import Condition, FieldRef
from routebook.codegen.classes import Discrete, Ordered, Searched
from routebook.codegen.index import Plan
from routebook.codegen.normal import same
from routebook.codegen.sql.conditions import Conditions, unnamed
from routebook.codegen.sql.dialects import Sql, whole
from routebook.codegen.sql.numbers import COMPARE, compared
from routebook.codegen.sql.values import literal
from routebook.types import BoolType, NumberType

BITS: Final = 63
"""So many in a word: it stays a positive number of 64 bits."""

BLOCK: Final = 24
"""So many words are joined at a time: rows of engines are only so wide."""

_FEW: Final = 8
"""So many constants are told apart by a `CASE`; more by a join."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table of constants by name: the names of its columns, and its rows."""

    name: str
    columns: tuple[str, ...]
    rows: list[list[Sql]]


@dataclass
class Axis:
    """A column of the policy: the class of a lead as an expression, and the bits that each class leaves standing."""

    name: str
    value: Sql
    place: Sql
    standing: list[int]
    keys: Lookup | None


@dataclass
class Question:
    """A condition by itself: its answer as an expression, and the bits that fall on `no` and on `yes`."""

    answer: Sql
    no: int
    yes: int


class Bits:
    """The parts of the query over an index."""

    def __init__(self, plan: Plan, write: Conditions) -> None:
        self._write = write
        self.leaves = [alternative.leaf for alternative in plan.alternatives]
        self._total = len(self.leaves)
        self.words = -(-self._total // BITS)
        self.axes: list[Axis] = []
        self.questions: list[Question] = []
        self._asked: dict[object, Question] = {}
        self._words_of: dict[int, list[int]] = {}
        for ref, found in plan.columns.items():
            self._column(ref, found)
        for place, alternative in enumerate(plan.alternatives):
            for condition, positive in alternative.rest:
                bit = 1 << self._total - 1 - place
                self._ask(condition, bit if positive else 0, 0 if positive else bit)

    # --- Columns of the policy --------------------------------------------------------------------------------

    def _column(self, ref: FieldRef, found: Discrete | Ordered | Searched) -> None:
        match found:
            case Searched(questions):
                for condition, no, yes in questions:
                    self._ask(condition, no, yes)
            case Ordered(constants, standing):
                self._axis(
                    ref, standing, lambda value: self._ordered(ref, value, constants, len(standing) - 1)
                )
            case Discrete(classes, other, standing):
                self._discrete(ref, classes, other, standing)

    def _ask(self, condition: Condition, no: int, yes: int) -> None:
        """Note what falls by the answer to a question; the same question is asked once."""
        condition = unnamed(condition)
        key = same(condition)
        if key not in self._asked:
            wanted = f"answer_{len(self._asked) + 1}"
            self._asked[key] = Question(self._write.column(condition, wanted), 0, 0)
            self.questions.append(self._asked[key])
        question = self._asked[key]
        question.no |= no
        question.yes |= yes

    def _axis(self, ref: FieldRef, standing: list[int], place: Any, keys: Lookup | None = None) -> None:
        value = self._write.guarded_field(ref)
        self.axes.append(Axis(f"class_{len(self.axes) + 1}", value, place(value), standing, keys))

    def _ordered(self, ref: FieldRef, value: Sql, constants: Sequence[Any], missing: int) -> Sql:
        """The class by halves: class 2i + 1 is constant i, class 2i the gap below it."""

        def at(operator: str, constant: Any) -> Sql:
            if isinstance(ref.type, NumberType):
                return compared(operator, value.copy(), Fraction(constant), ref.type, self._write.dialect)
            found = literal(constant, ref.type, self._write.dialect)
            return COMPARE[operator](this=value.copy(), expression=found)

        def between(low: int, high: int) -> Sql:
            if low == high:
                return whole(low)
            middle = (low + high) // 2
            test = at("<=" if middle % 2 else "<", constants[middle // 2])
            return (
                exp.Case()
                .when(test, between(low, middle), copy=False)
                .else_(between(middle + 1, high), copy=False)
            )

        return self._unless_missing(ref, value, between(0, 2 * len(constants)), missing)

    def _unless_missing(self, ref: FieldRef, value: Sql, place: Sql, missing: int) -> Sql:
        if not ref.optional:
            return place
        unknown = exp.Is(this=value.copy(), expression=exp.null())
        return exp.Case().when(unknown, whole(missing), copy=False).else_(place, copy=False)

    def _discrete(self, ref: FieldRef, classes: dict[Any, int], other: int, standing: list[int]) -> None:
        known = [(key, number) for key, number in classes.items() if key is not None]
        missing = classes[None]
        if isinstance(ref.type, BoolType):
            yes, no = classes.get(True, other), classes.get(False, other)
            self._axis(ref, standing, lambda value: self._by_truth(ref, value, yes, no, missing))
        elif len(known) <= _FEW:
            self._axis(ref, standing, lambda value: self._by_case(ref, value, known, other, missing))
        else:
            name = f"keys_{len(self.axes) + 1}"
            held = [(key, number) for key, number in known if self._is_held(ref, key)]
            rows = [[literal(key, ref.type, self._write.dialect), whole(number)] for key, number in held]
            found = exp.column("place", name)

            def place(value: Sql) -> Sql:
                fallback = self._unless_missing(ref, value, whole(other), missing)
                return exp.Coalesce(this=found, expressions=[fallback])

            self._axis(ref, standing, place, Lookup(name, ("key", "place"), rows))

    def _by_truth(self, ref: FieldRef, value: Sql, yes: int, no: int, missing: int) -> Sql:
        place = exp.Case().when(value.copy(), whole(yes), copy=False).else_(whole(no), copy=False)
        return self._unless_missing(ref, value, place, missing)

    def _by_case(
        self, ref: FieldRef, value: Sql, known: list[tuple[Any, int]], other: int, missing: int
    ) -> Sql:
        if not known:
            return self._unless_missing(ref, value, whole(other), missing)
        case = exp.Case()
        for key, number in known:
            case = case.when(self._equal(ref, value, key), whole(number), copy=False)
        return self._unless_missing(ref, value, case.else_(whole(other), copy=False), missing)

    def _is_held(self, ref: FieldRef, key: Any) -> bool:
        """Whether the column can hold this constant: nothing in it equals one that it cannot."""
        return not isinstance(self._equal(ref, exp.null(), key), exp.Boolean)

    def _equal(self, ref: FieldRef, value: Sql, key: Any) -> Sql:
        if isinstance(ref.type, NumberType):
            return compared("==", value.copy(), Fraction(key), ref.type, self._write.dialect)
        return exp.EQ(this=value.copy(), expression=literal(key, ref.type, self._write.dialect))

    # --- Words ------------------------------------------------------------------------------------------------

    def words_of(self, bits: int) -> list[int]:
        """A set of alternatives as words: number n, bit `total - 1 - n` of `bits`, is bit n % 63 of word n // 63."""
        words = self._words_of.get(bits)
        if words is None:
            text = f"{bits:b}".rjust(self._total, "0")[-self._total :]
            words = [int(text[start : start + BITS][::-1], 2) for start in range(0, self._total, BITS)]
            self._words_of[bits] = words
        return words

    def tables(self) -> Iterator[Lookup]:
        """The tables of keys and of words, those of the words in blocks."""
        for axis in self.axes:
            if axis.keys is not None:
                yield axis.keys
        for axis in self.axes:
            words = [self.words_of(bits) for bits in axis.standing]
            for block, numbers in enumerate(self.blocks()):
                rows = [[whole(place), *(whole(row[n]) for n in numbers)] for place, row in enumerate(words)]
                yield Lookup(f"{axis.name}_{block}", ("place", *(f"w{n}" for n in numbers)), rows)

    def blocks(self) -> list[range]:
        """The numbers of the words, those that are joined at a time together."""
        return [range(start, min(start + BLOCK, self.words)) for start in range(0, self.words, BLOCK)]

    def answers(self) -> list[str]:
        """The names of the columns that answer questions."""
        return [
            question.answer.name for question in self.questions if isinstance(question.answer, exp.Column)
        ]

    def alternatives(self) -> Iterator[tuple[int, int, int]]:
        """For each alternative its word, its bit in it, and its leaf."""
        for number, leaf in enumerate(self.leaves):
            yield number // BITS, 1 << number % BITS, leaf

    def word(self, number: int, block: int) -> Sql:
        """The bits of a word that are left standing."""
        everything = (1 << min(BITS, self._total - number * BITS)) - 1
        parts: list[Sql] = [exp.column(f"w{number}", f"{axis.name}_{block}") for axis in self.axes]
        for question, falls in self._falls(number):
            no, yes = (everything & ~fallen for fallen in falls)
            case = exp.Case().when(question.answer.copy(), whole(yes), copy=False)
            parts.append(exp.paren(case.else_(whole(no), copy=False), copy=False))
        if not parts:
            return whole(everything)
        left = parts[0]
        for part in parts[1:]:
            left = exp.BitwiseAnd(this=left, expression=part)
        return left

    def _falls(self, number: int) -> Iterator[tuple[Question, tuple[int, int]]]:
        for question in self.questions:
            falls = self.words_of(question.no)[number], self.words_of(question.yes)[number]
            if any(falls):
                yield question, falls

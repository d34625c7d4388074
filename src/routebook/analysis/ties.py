"""Comparisons of several fields with each other, one bit each: what the bit says is checked where it matters.

A *tie* is a comparison whose fields are all known. Within a box its fields have intervals of values; whether
values in them make the ties hold and fail as the bits say is decided by trying likely values, by interval
arithmetic (which proves that none can), by shortest paths for differences, and by z3 for what is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from routebook.analysis.domains.base import Pred, Undecided
from routebook.analysis.domains.texts import TextDomain
from routebook.analysis.formula import TRUE, Box, Literal, Point
from routebook.analysis.tie_listed import Listed, is_listed
from routebook.analysis.tie_model import NOWHERE, Fields, Tie, holds
from routebook.analysis.tie_numbers import number_values
from routebook.analysis.tie_texts import text_values
from routebook.analysis.written import written
from routebook.check.conditions import Arithmetic, Comparison, Constant, FieldRef, Operand
from routebook.operators import OPERATORS
from routebook.plan.tree import Tree
from routebook.plan.walk import Environment


def operand_text(operand: Operand) -> str:
    """A calculation or field as a policy writes it."""
    match operand:
        case FieldRef(name):
            return name
        case Constant(value):
            return written(value)
        case Arithmetic(first, rest):
            inner = operand_text(first)
            for sign, part in rest:
                text = operand_text(part)
                inner += f" {sign} ({text})" if isinstance(part, Arithmetic) else f" {sign} {text}"
            return inner
    return "…"


@dataclass
class _Guess:
    """A comparison that is not followed: its bit may be anything, and what rests on it is checked on leads."""

    test: Comparison
    tree: Tree
    reason: str
    dimension: int = -1


@dataclass
class _Group:
    """Ties that have fields in common, and those fields: `listed` where their members can be listed.

    `barred` are boxes that are known to be without values.
    """

    ties: list[Tie] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    listed: Listed | None = None
    barred: list[Box] = field(default_factory=list)


class Ties:
    """All ties of a model."""

    def __init__(self, space: Fields) -> None:
        self.space = space
        self._ties: dict[tuple[str, Operand, Operand, str], Tie] = {}
        self._guesses: dict[Comparison, _Guess] = {}
        self._groups: list[_Group] = []
        self._solved: dict[tuple[int, tuple[int, ...]], dict[str, Any] | None] = {}

    @property
    def reasons(self) -> list[str]:
        """What the model does not follow."""
        return list(dict.fromkeys(guess.reason for guess in self._guesses.values()))

    def ask(self, op: str, left: Operand, right: Operand, zone: ZoneInfo) -> Literal:
        """The bit of a comparison of known fields."""
        key = (op, left, right, zone.key)
        if not self.space.frozen:
            tie = self._ties.setdefault(key, Tie(op, left, right, zone))
            self.space.uses_now = self.space.uses_now or "now" in tie.bases
            return TRUE
        return self.space.formulas.atom(self._ties[key].dimension, 2)

    def guess(self, test: Comparison, reason: str, tree: Tree) -> Literal:
        """The bit of a comparison that is not followed."""
        if not self.space.frozen:
            self._guesses.setdefault(test, _Guess(test, tree, reason))
            return TRUE
        return self.space.formulas.atom(self._guesses[test].dimension, 2)

    # --- Making ------------------------------------------------------------------------------------------

    def share(self) -> None:
        """Tell texts that are compared with each other apart by the same things; cut whole values of the others."""
        for group in self._grouped():
            texts = [d for base in group.bases if isinstance(d := self.space.domains[base], TextDomain)]
            preds = {pred for domain in texts for pred in domain.noted(whole=True)}
            for domain in texts:
                for pred in sorted(preds, key=repr):
                    if pred.op != "is known":
                        domain.note(Pred(None, pred.op, pred.args))
            for base in group.bases:
                exact = getattr(self.space.domains[base], "exact", None)
                if exact is not None:
                    exact()

    def _grouped(self) -> list[_Group]:
        groups: list[_Group] = []
        for tie in self._ties.values():
            touching = [group for group in groups if set(group.bases) & set(tie.bases)]
            merged = _Group([tie], list(tie.bases))
            for group in touching:
                groups.remove(group)
                merged = _Group(
                    [*group.ties, *merged.ties],
                    [*group.bases, *(b for b in merged.bases if b not in group.bases)],
                )
            groups.append(merged)
        return groups

    def freeze(self) -> None:
        self._groups = self._grouped()
        for group in self._groups:
            group.listed = Listed(self.space, group.bases) if is_listed(self.space, group.bases) else None
        for tie in self._ties.values():
            tie.dimension = self.space.formulas.dimension(2)
        for guess in self._guesses.values():
            guess.dimension = self.space.formulas.dimension(2)

    def bases(self) -> set[str]:
        """The fields that are compared with others."""
        return {base for tie in self._ties.values() for base in tie.bases} - {"now"}

    def dimensions(self) -> list[int]:
        """The bits of all ties."""
        ties = [tie.dimension for tie in self._ties.values()]
        return ties + [guess.dimension for guess in self._guesses.values()]

    def describe(self, dimension: int, mask: int) -> str:
        """The comparison of a bit, as a policy writes it."""
        for tie in self._ties.values():
            if tie.dimension == dimension:
                text = f"{operand_text(tie.left)} {tie.op} {operand_text(tie.right)}"
                return text if mask == 2 else f"not {text}"
        guess = next(each for each in self._guesses.values() if each.dimension == dimension)
        return (
            guess.test.text if (mask == 2) == (guess.test.row.negates is None) else f"not {guess.test.text}"
        )

    # --- Asking ------------------------------------------------------------------------------------------

    def conflict(self, point: Point) -> Box | None:
        """A box around the point in which the bits contradict the fields; raises `Undecided`."""
        for number, group in enumerate(self._groups):
            for barred in group.barred:
                if all(mask >> point[dimension] & 1 for dimension, mask in barred.items()):
                    return barred
            ties = self._active(group, point)
            try:
                if ties and self._solve(number, ties, point) is None:
                    return self._blame(number, ties, point)
            except Undecided as undecided:
                undecided.box = self._box(ties, group.bases, point)
                raise
        return None

    def values(self, point: Point) -> dict[str, Any]:
        """Values of the tied fields that make the bits true."""
        found: dict[str, Any] = {}
        for number, group in enumerate(self._groups):
            ties = self._active(group, point)
            if ties:
                found.update(self._solve(number, ties, point) or {})
        return found

    def reading(self, bases: Collection[str]) -> Iterator[int]:
        """The bits of comparisons that read one of these fields."""
        for tie in self._ties.values():
            if any(base in bases for base in tie.bases):
                yield tie.dimension

    def wanted(self, bases: Collection[str], point: Point) -> list[tuple[Tie, bool]]:
        """The comparisons of known fields that read one of these fields, with what the point has of each."""
        read = [tie for group in self._groups for tie in self._active(group, point)]
        return [(tie, point[tie.dimension] == 1) for tie in read if any(base in bases for base in tie.bases)]

    def place(self, lead: Mapping[str, Any], point: list[int]) -> None:
        """Set the bits as they are for a lead."""
        for tie in self._ties.values():
            point[tie.dimension] = int(holds(self.space, tie, lead))
        for guess in self._guesses.values():
            positive = OPERATORS[guess.test.operator].negates or guess.test.operator
            test = Comparison(positive, guess.test.left, guess.test.right, "", NOWHERE)
            environment = Environment(guess.tree, lead, lead["now"])
            point[guess.dimension] = int(environment.judge(test).holds)

    def _active(self, group: _Group, point: Point) -> list[Tie]:
        return [tie for tie in group.ties if all(self._is_known(base, point) for base in tie.bases)]

    def _is_known(self, base: str, point: Point) -> bool:
        known = self.space.known(base)
        return self.space.formulas.holds(known, point)

    def _solve(self, number: int, ties: list[Tie], point: Point) -> dict[str, Any] | None:
        bases = list(dict.fromkeys(base for tie in ties for base in tie.bases))
        dims = [d for base in bases for d in self.space.domains[base].dimensions()]
        bits = [tie.dimension for tie in ties]
        key = (number, tuple(d * 1_000_003 + point[d] for d in (*dims, *bits)))
        if key not in self._solved:
            wanted = [(tie, point[tie.dimension] == 1) for tie in ties]
            listed = self._groups[number].listed
            if listed is not None:
                self._solved[key] = listed.values(wanted, point)
            else:
                solver = number_values if all(tie.is_numeric for tie in ties) else text_values
                self._solved[key] = solver(self.space, bases, wanted, point)
        return self._solved[key]

    def _blame(self, number: int, ties: list[Tie], point: Point) -> Box:
        """The contradiction with as few ties as it takes: one that is none by itself, else what cannot be left out."""
        group = self._groups[number]
        if group.listed is not None:
            wanted = [(tie, point[tie.dimension] == 1) for tie in ties]
            group.barred.append(group.listed.blamed(wanted, point))
            return group.barred[-1]
        kept = next(([tie] for tie in ties if self._fails(number, [tie], point)), ties)
        for tie in ties if kept is ties else ():
            fewer = [other for other in kept if other is not tie]
            if fewer and self._fails(number, fewer, point):
                kept = fewer
        return self._box(kept, dict.fromkeys(base for tie in kept for base in tie.bases), point)

    def _fails(self, number: int, ties: list[Tie], point: Point) -> bool:
        """Whether no values make these ties as the point has them; not where that is left open."""
        try:
            return self._solve(number, ties, point) is None
        except Undecided:
            return False

    def _box(self, ties: Iterable[Tie], bases: Iterable[str], point: Point) -> Box:
        """The points with the same bits of these ties, and the same classes of these fields."""
        dimensions = [d for base in bases for d in self.space.domains[base].dimensions()]
        return {d: 1 << point[d] for d in (*(tie.dimension for tie in ties), *dimensions)}

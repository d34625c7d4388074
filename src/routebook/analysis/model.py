"""Policies ready to be asked about: their rules as terms of an index, and the one question put to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from routebook.analysis import sat
from routebook.analysis.clock import OUT_OF_TIME, Clock, OutOfTime
from routebook.analysis.formula import FALSE, TRUE, Box, Literal, meet
from routebook.analysis.lower import Lowering
from routebook.analysis.meaning import Meaning, Meanings
from routebook.analysis.search import Answer, Covered, Found, Search, Unknown
from routebook.analysis.space import Space
from routebook.analysis.terms import Ids, TermIndex
from routebook.plan.tree import Branch, Leaf, RuleNode, Tree

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is being proved, how much of it is done, and of how much."""

_OVERTIME: Final = 64
"""So many steps may be taken in all once the time is up: what is soon found is shown, and the rest is left open."""

NOT_CONFIRMED = (
    "the evaluator does not confirm a lead that was found, a fault of the analyser: please report it"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule of a policy in the model.

    `inside` is the formula of the blocks around it, `own` its own condition, `whole` both. `terms` are the
    boxes of `whole` in the index (leaves only); `before` are the terms of all leaves that are tried earlier.
    `meaning` is what its plan comes to (leaves only): equal where two rules do the same with every lead.
    """

    node: RuleNode
    inside: Literal
    own: Literal
    whole: Literal
    parents: tuple[RuleNode, ...]
    before: Ids
    terms: Ids
    meaning: Meaning | None

    @property
    def is_leaf(self) -> bool:
        return isinstance(self.node, Leaf)

    def does_the_same(self, other: Entry) -> bool:
        """Whether both are rules, and do the same with a lead that they take."""
        return self.meaning is not None and self.meaning == other.meaning


@dataclass
class Rules:
    """One policy in the model: its entries in the order of the text, blocks before what is in them."""

    tree: Tree
    meanings: Meanings
    entries: list[Entry] = field(default_factory=list)
    terms: Ids = 0

    @property
    def leaves(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_leaf]


class Model:
    """One policy or several over one space. `clock` says when the time is up for all that is asked of it."""

    def __init__(
        self,
        trees: Sequence[Tree],
        extra: Iterable[Mapping[str, Any]] = (),
        clock: Clock = Clock(),  # noqa: B008
        progress: Progress | None = None,
    ) -> None:
        self.clock = clock
        self.progress = progress
        self.steps = 0
        """How many steps all searches have taken: a measure of time that is the same on every machine."""
        self.overtime = 0
        """The steps of those that began when the time was up."""
        self.spent = 0
        """The steps of those that went into fewer blockers than the first proof named."""
        self.polished = 0
        """The steps that went into leads that look more ordinary."""
        self.space = Space(trees, extra, clock)
        self.lowerings = [Lowering(self.space, tree) for tree in trees]
        for lowering, tree in zip(self.lowerings, trees, strict=True):
            _read(lowering, tree.rules)
        self.also: list[Any] = []
        self._trees = trees

    def freeze(self) -> None:
        """Finish the space and index the rules; what else is to be asked has been noted."""
        self.space.freeze()
        self.formulas = self.space.formulas
        self.index = TermIndex(self.formulas)
        self.lowerings = [Lowering(self.space, tree) for tree in self._trees]
        self.policies = [
            self._rules(tree, low) for tree, low in zip(self._trees, self.lowerings, strict=True)
        ]
        self._owner: dict[int, Entry] = {}
        self._tree_of = {id(entry): rules.tree for rules in self.policies for entry in rules.entries}
        for rules in self.policies:
            for entry in rules.leaves:
                for number in _bits(entry.terms):
                    self._owner[number] = entry

    def _rules(self, tree: Tree, lowering: Lowering) -> Rules:
        rules = Rules(tree, Meanings(tree))
        self._add(rules, lowering, tree.rules, TRUE, ())
        return rules

    def _add(
        self,
        rules: Rules,
        lowering: Lowering,
        nodes: tuple[RuleNode, ...],
        inside: Literal,
        parents: tuple[RuleNode, ...],
    ) -> None:
        for node in nodes:
            own = lowering.condition(node.condition)
            whole = self.formulas.conj([inside, own])
            before = rules.terms
            terms = self.index.add_formula(whole) if isinstance(node, Leaf) else 0
            means = rules.meanings.of(node.plan) if isinstance(node, Leaf) else None
            rules.entries.append(Entry(node, inside, own, whole, parents, before, terms, means))
            rules.terms |= terms
            if isinstance(node, Branch):
                self._add(rules, lowering, node.rules, whole, (*parents, node))

    # --- Asking ------------------------------------------------------------------------------------------

    def find(
        self,
        literals: Sequence[Literal],
        avoid: Ids,
        within: Box | None = None,
        outside: Sequence[Box] = (),
        near: Sequence[int] | None = None,
        limit: int | None = None,
    ) -> Answer:
        """A lead for which the formulas hold and none of the terms does, inside one box and outside others.

        The search begins at `near`, as far as the formulas allow, and else at the ordinary lead. After `limit`
        conflicts it is given up.
        """
        literal = self.formulas.conj(literals)
        if literal == FALSE:
            return Covered(0, {})
        boxes = self.formulas.boxes(literal)
        must: Sequence[Literal] = ()
        if boxes is None:
            hull = self.formulas.hull(literal)
            if hull is None:
                return Covered(0, {})
            boxes, must = [hull], (literal,)
        covered: list[Covered] = []
        unknown: Unknown | None = None
        for box in boxes:
            start = meet(box, within or {})
            if start is None:  # a single dimension is reason enough
                clash = next(d for d, mask in (within or {}).items() if not box.get(d, mask) & mask)
                covered.append(Covered(0, {clash: 0}))
                continue
            answer = self._search(start, avoid, must, outside, near, limit)
            match answer:
                case Found():
                    return answer
                case Unknown():
                    unknown = answer
                case Covered():
                    covered.append(answer)
        needed: Box = {}
        for each in covered:
            needed.update(each.box)
        return unknown or Covered(_union(each.terms for each in covered), needed)

    def _search(
        self,
        box: Box,
        avoid: Ids,
        must: Sequence[Literal],
        outside: Sequence[Box],
        near: Sequence[int] | None,
        limit: int | None,
    ) -> Answer:
        is_late = self.out_of_time()
        if is_late and self.overtime >= _OVERTIME:
            return Unknown((OUT_OF_TIME,))
        search = Search(self.space, self.index, box, avoid, must, self.clock, outside, near)
        try:
            answer = search.run(sat.handover, limit)
            self.steps += search.steps
        except OutOfTime:
            return Unknown((OUT_OF_TIME,))
        finally:
            self.overtime += search.steps if is_late else 0
        if isinstance(answer, Found) and self.space.ties.reasons and not self.is_real(answer.point):
            return Unknown(tuple(self.space.ties.reasons))
        return answer

    def is_real(self, point: Sequence[int]) -> bool:
        """Whether the lead made for a point is at that point, by the evaluator."""
        values = self.space.values(point)
        placed = self.space.place(values)
        settled = self.space.settled(point, values, placed)
        everything = (1 << len(self.index.boxes)) - 1
        return self.index.holding(placed, everything) == self.index.holding(settled, everything)

    def confirms(self, point: Sequence[int], entries: Iterable[Entry]) -> bool:
        """Whether these rules hold of the lead made for a point, by the evaluator, before it is shown for them.

        Which other rules hold is read off the values again: walking thousands of rules for each lead would take longer
        than the proofs do.
        """
        values = self.space.values(point)
        return self.is_real(point) and all(self._holds(values, entry) for entry in entries)

    def _holds(self, values: Mapping[str, Any], entry: Entry) -> bool:
        environment = self.space.environment(self._tree_of[id(entry)], values)
        conditions = [node.condition for node in (*entry.parents, entry.node) if node.condition is not None]
        return all(environment.judge(condition).holds for condition in conditions)

    def has_lead(self, point: Sequence[int]) -> bool:
        """Whether there is known to be a lead at a point."""
        return self.space.is_possible(point) and (not self.space.ties.reasons or self.is_real(point))

    def tell(self, phase: str, done: int, total: int) -> None:
        """Say how far a proof is, where somebody wants to know."""
        if self.progress is not None:
            self.progress(phase, done, total)

    def out_of_time(self) -> bool:
        return self.clock.is_up()

    # --- What is at a point ------------------------------------------------------------------------------

    def entry_of(self, term: int) -> Entry:
        """The rule that a term belongs to."""
        return self._owner[term]

    def entries_of(self, terms: Ids) -> list[Entry]:
        """The rules that the terms belong to, in order, each once."""
        return list({id(entry): entry for entry in (self._owner[number] for number in _bits(terms))}.values())

    def holding(self, point: Sequence[int], among: Ids) -> Ids:
        """The terms of `among` that hold at a point."""
        return self.index.holding(point, among)

    def taker(self, point: Sequence[int], rules: Rules, after: Ids = 0) -> Entry | None:
        """The rule that takes the lead at a point; with `after`, the first that holds of those not in it."""
        held = self.index.holding(point, rules.terms & ~after)
        return self._owner[(held & -held).bit_length() - 1] if held else None


def _read(lowering: Lowering, nodes: tuple[RuleNode, ...]) -> None:
    for node in nodes:
        lowering.condition(node.condition)
        if isinstance(node, Branch):
            _read(lowering, node.rules)


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _union(parts: Iterable[Ids]) -> Ids:
    total = 0
    for part in parts:
        total |= part
    return total

"""What texts are told apart by, besides the literals: beginnings, endings, parts and patterns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from routebook.analysis.domains.base import Pred, Undecided, mask_of
from routebook.analysis.formula import Formulas, Mask
from routebook.analysis.patterns import machine_of
from routebook.analysis.shortest import Clash, Shortest
from routebook.analysis.words import Begins, Has, Listed, Machine
from routebook.check.conditions import Pattern
from routebook.types import EmailType, IdType, RepType, TextType

TextKind: TypeAlias = TextType | IdType | EmailType | RepType
MATCHES = "matches"
ENDS = {"starts with": "starts with", "ends with": "ends with"}


@dataclass
class Aspect:
    """One dimension for texts that are no literal: beginnings, endings, or one bit.

    For beginnings and endings class 0 is none of `literals`, class i the longest that fits is the i-th.
    """

    op: str
    literals: list[Any] = field(default_factory=list)
    dimension: int = -1

    def class_of(self, key: str, as_written: str) -> int:
        """The class of a text; a pattern meets it as it was written."""
        if self.op not in ENDS:
            text = as_written if self.op == MATCHES else key
            return int(Pred(None, self.op, (self.literals[0],)).holds(text))
        fits = key.startswith if self.op == "starts with" else key.endswith
        found = [i for i, literal in enumerate(self.literals, start=1) if fits(literal)]
        return max(found, key=lambda i: len(self.literals[i - 1]), default=0)

    def mask(self, literal: Any) -> Mask:
        """The classes in which a text begins (ends) with the literal, or has it."""
        if self.op not in ENDS:
            return 2
        fits = str.startswith if self.op == "starts with" else str.endswith
        return mask_of(i for i, longer in enumerate(self.literals, start=1) if fits(longer, literal))

    def wanted_literals(self, number: int) -> list[Any]:
        """The literals that a text of this class has."""
        if self.op not in ENDS:
            return [self.literals[0]] if number else []
        return [self.literals[number - 1]] if number else []

    def wanted(self, number: int) -> Iterator[tuple[Machine, bool]]:
        """The languages that a text of this class is in, and those that it is not in."""
        if self.op not in ENDS:
            yield self._machine(self.literals[0]), number == 1
            return
        own = self.literals[number - 1] if number else ""
        if own:
            yield self._machine(own), True
        fits = str.startswith if self.op == "starts with" else str.endswith
        for literal in self.literals:
            if len(literal) > len(own) and fits(literal, own):
                yield self._machine(literal), False

    def machines(self) -> Iterator[Machine]:
        """The languages of its literals. Raises `Undecided` for a pattern that is beyond us."""
        return map(self._machine, self.literals)

    def _machine(self, literal: Any) -> Machine:
        if isinstance(literal, Pattern):
            return machine_of(literal)
        if self.op == "starts with":
            return Begins(literal)
        return Has(literal, at_end=self.op == "ends with")


@dataclass
class View:
    """The whole text, or the domain of an email: its literals in classes (0 is every other text), its aspects.

    `loose` has, for a pattern and the part that it is asked of, the classes of literals that meet it or not by how
    they are written.
    """

    part: str | None
    preds: list[Pred] = field(default_factory=list)
    spelling: dict[str, str] = field(default_factory=dict)
    classes: list[list[str]] = field(default_factory=list)
    class_of: dict[str, int] = field(default_factory=dict)
    aspects: list[Aspect] = field(default_factory=list)
    dimension: int = -1
    loose: dict[tuple[str | None, Any], Mask] = field(default_factory=dict)

    def key(self, whole: str) -> str:
        return whole.rpartition("@")[2] if self.part else whole

    def add(self, pred: Pred) -> None:
        self.preds.append(pred)
        if pred.op == "==":
            self.spelling.setdefault(pred.args[0], pred.args[0])
        elif pred.op == "in":
            for key in sorted(pred.args[0]):
                self.spelling.setdefault(key, key)
        elif pred.op in ENDS:
            aspect = next((a for a in self.aspects if a.op == pred.op), None)
            if aspect is None:
                aspect = Aspect(pred.op)
                self.aspects.append(aspect)
            if pred.args[0] not in aspect.literals:
                aspect.literals.append(pred.args[0])
        elif pred.op != "is known" and not any(
            a.literals == [pred.args[0]] and a.op == pred.op for a in self.aspects
        ):
            self.aspects.append(Aspect(pred.op, [pred.args[0]]))

    def aspect(self, pred: Pred) -> Aspect:
        return next(a for a in self.aspects if a.op == pred.op and pred.args[0] in a.literals)

    def is_loose(self, number: int, view: View, aspect: Aspect) -> bool:
        """Whether it is by how the literals of a class are written that they meet a pattern of a view."""
        return aspect.op == MATCHES and bool(self.loose.get((view.part, aspect.literals[0]), 0) >> number & 1)

    def freeze(self, formulas: Formulas, texts: Shortest | None, inside: Sequence[Pred] = ()) -> None:
        """Group the literals by the predicates that hold of them; `inside` are those on their domains.

        `texts` finds ways to write a text; None where texts that are written differently are never equal.
        """
        asked = [*self.preds, *inside]
        signatures: dict[str, list[int]] = {key: [] for key in self.spelling}
        for number, pred in enumerate(asked):
            listed = [pred.args[0]] if pred.op == "==" else pred.args[0] if pred.op == "in" else None
            own = number < len(self.preds)
            for key in signatures if listed is None or not own else listed:
                text = key if own else key.rpartition("@")[2]
                holds = pred.holds(text)
                if texts is not None and pred.op == MATCHES and _differs(texts, text, pred.args[0], holds):
                    signatures[key].append(~number)
                elif holds:
                    signatures[key].append(number)
        groups: dict[tuple[int, ...], list[str]] = {}
        for key, signature in signatures.items():
            groups.setdefault(tuple(signature), []).append(key)
        self.classes = [[], *groups.values()]
        self.class_of = {key: i for i, keys in enumerate(self.classes) for key in keys}
        for place, answers in enumerate(groups, start=1):
            for pred in (asked[~each] for each in answers if each < 0):
                which = pred.part, pred.args[0]
                self.loose[which] = self.loose.get(which, 0) | 1 << place
        self.dimension = formulas.dimension(len(self.classes))
        for aspect in self.aspects:
            size = len(aspect.literals) + 1 if aspect.op in ENDS else 2
            aspect.dimension = formulas.dimension(size)


def _differs(texts: Shortest, key: str, pattern: Pattern, holds: bool) -> bool:
    """Whether a text that folds to `key` can meet the pattern otherwise than `key` itself does."""
    try:
        machine = machine_of(pattern)
        if key.isascii() and not any(image in key for image in _ascii_images()):
            return False  # the pattern ignores case, and that is all the difference there can be
        written = texts.find_written([(Listed([key]), True), (machine, not holds)])
        return not isinstance(written, Clash)
    except Undecided:
        return True


@lru_cache(maxsize=1)
def _ascii_images() -> tuple[str, ...]:
    """What single characters fold to, of two or more letters: `ss` for `ß`, `st` for its ligature."""
    images = {char.casefold() for char in map(chr, range(128, 0x20000))}
    return tuple(sorted(image for image in images if len(image) > 1 and image.isascii()))

"""Texts, ids, reps and emails: literals, beginnings, endings, parts and patterns.

The literals that a policy compares with are classes of their own, of which every other question is known.
All other texts are one class, told apart by further dimensions: the longest mentioned beginning, the longest
ending, a bit for each `contains` and `matches`. Not every combination has a text; which have is asked only
of the combinations that a search meets, first by composing a text, then by looking for the shortest, whose "none"
is a proof. An email's domain is a second view of the same text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from routebook.analysis.clock import Clock
from routebook.analysis.domains.aspects import ENDS, MATCHES, TextKind, View
from routebook.analysis.domains.base import Pred, Undecided, classes_of, mask_of
from routebook.analysis.domains.composing import Composer
from routebook.analysis.formula import FALSE, TRUE, Box, Formulas, Literal, Mask, Point
from routebook.analysis.shortest import Clash, Shortest, Wanted
from routebook.analysis.words import AfterAt, Listed, Machine, Proper
from routebook.analysis.written import joined, written
from routebook.check.conditions import Pattern
from routebook.text import clean
from routebook.types import EmailType, TextType, key_of

Languages: TypeAlias = dict[Wanted, int]
"""Languages that a text is to be in or out of, each with a dimension that asks for it."""


@dataclass(frozen=True, slots=True)
class _Nothing:
    """No text is in the classes asked for: none even where only those of these dimensions are."""

    dimensions: frozenset[int]


class TextDomain:
    """A field of type text, id, rep or email."""

    def __init__(self, name: str, type_: TextKind, optional: bool, clock: Clock) -> None:
        self.name = name
        self.type = type_
        self.optional = optional
        self._noted: set[Pred] = set()
        self.whole = View(None)
        self.domain = View("domain") if isinstance(type_, EmailType) else None
        self._known = -1
        self._start = self._end = 0
        self._spelled: dict[str, str] = {}
        self._clock = clock
        self._composer = Composer(name, type_, self.whole, self.domain, self._spelled)
        self._words: dict[tuple[tuple[int, int], ...], str | _Nothing] = {}

    @property
    def folded(self) -> bool:
        return isinstance(self.type, TextType | EmailType)

    def spell(self, spelling: str) -> None:
        """How the policy writes a literal, for values that people see."""
        self.whole.spelling[key_of(self.type, spelling)] = spelling

    def spell_part(self, key: str, spelling: str) -> None:
        """How the policy writes a part that texts are searched for."""
        self._spelled.setdefault(key, spelling)

    def note(self, pred: Pred) -> None:
        if pred not in self._noted:
            self._noted.add(pred)
            view = self.domain if pred.part and self.domain else self.whole
            view.add(pred)

    def freeze(self, formulas: Formulas) -> None:
        self._formulas = formulas
        self._start = len(formulas.sizes)
        if self.optional:
            self._known = formulas.dimension(2)
        views = [self.whole, *([self.domain] if self.domain else [])]
        machines = list(self._all_machines(views))
        self._shortest = Shortest(machines, self.folded, self._clock)
        told_apart = self._shortest if self.folded else None
        self.whole.freeze(formulas, told_apart, self.domain.preds if self.domain else ())
        if self.domain:
            self.domain.freeze(formulas, told_apart)
        self._end = len(formulas.sizes)
        self._aspects = [(view, aspect) for view in views for aspect in view.aspects]

    def _all_machines(self, views: list[View]) -> Iterator[Machine]:
        """The languages by which the texts of the field are told apart, without those that are beyond us."""
        yield Proper(self.domain is not None)
        for view in views:
            yield self._of(view, Listed(view.spelling))
            for aspect in view.aspects:
                try:
                    yield from (self._of(view, machine) for machine in aspect.machines())
                except Undecided:
                    continue

    def _of(self, view: View, machine: Machine) -> Machine:
        return machine if view is self.whole else AfterAt(machine)

    # --- Formulas ----------------------------------------------------------------------------------------

    def lower(self, pred: Pred) -> Literal:
        if pred not in self._noted:
            raise KeyError(pred)
        formulas = self._formulas
        known = formulas.atom(self._known, 1) if self.optional else TRUE
        if pred.op == "is known":
            return known
        if pred.part and self.domain:
            inside = self._in_view(self.domain, pred)
            own = formulas.atom(self.whole.dimension, 1)
            listed = self._of_literals(self.whole, pred, self.domain)
            inner = formulas.disj([listed, formulas.conj([own, inside])])
        else:
            inner = self._in_view(self.whole, pred)
        return formulas.conj([known, inner])

    def _in_view(self, view: View, pred: Pred) -> Literal:
        literal = self._of_literals(view, pred, view)
        if pred.op in ("==", "in"):
            return literal
        own = self._formulas.atom(view.dimension, 1)
        return self._formulas.disj([literal, self._formulas.conj([own, self._aspect_of(view, pred)])])

    def _of_literals(self, view: View, pred: Pred, asked: View) -> Literal:
        """The literals of a view of which a predicate holds, one that is asked of the view or of the domain."""
        formulas = self._formulas
        loose = view.loose.get((pred.part, pred.args[0]), 0) if pred.op == MATCHES else 0
        if asked is view and pred.op in ("==", "in"):
            keys = pred.args[0] if pred.op == "in" else pred.args
            listed = mask_of(view.class_of[key] for key in keys)
        else:
            listed = mask_of(i for i, own in enumerate(view.classes) if own and pred.holds(asked.key(own[0])))
        sure = formulas.atom(view.dimension, listed & ~loose) if listed & ~loose else FALSE
        if not loose:
            return sure
        either = formulas.atom(view.dimension, loose)
        return formulas.disj([sure, formulas.conj([either, self._aspect_of(asked, pred)])])

    def _aspect_of(self, view: View, pred: Pred) -> Literal:
        aspect = view.aspect(pred)
        return self._formulas.atom(aspect.dimension, aspect.mask(pred.args[0]))

    # --- Classes -----------------------------------------------------------------------------------------

    def dimensions(self) -> range:
        return range(self._start, self._end)

    def ordered(self, dimension: int) -> bool:  # noqa: ARG002
        return False

    def ordinary(self, dimension: int) -> int:  # noqa: ARG002
        return 0

    def place(self, value: Any, point: list[int]) -> None:
        if self.optional:
            point[self._known] = 0 if value is not None else 1
        if value is None:
            return
        key = key_of(self.type, value)
        for view in (self.whole, self.domain):
            if view is not None:
                point[view.dimension] = view.class_of.get(view.key(key), 0)
        as_written = clean(value)
        for view, aspect in self._aspects:
            point[aspect.dimension] = aspect.class_of(view.key(key), view.key(as_written))

    def value(self, point: Point) -> Any:
        if self.optional and point[self._known] == 1:
            return None
        return self._word(self._asked(point))

    def several(self, point: Point) -> list[str]:
        """Different texts of the point's classes, as many as are easily found; none where it is missing."""
        if self.optional and point[self._known] == 1:
            return []
        asked = dict(self._asked(point))
        if asked[self.whole.dimension]:
            listed = [self.whole.spelling[key] for key in self.listed(point)]
            return [word for word in listed if self._fits(word, asked)] or [self.value(point)]
        found = [word for word in self._composer.texts(asked) if self._fits(word, asked)]
        first = self._word(tuple(asked.items()))
        return list(dict.fromkeys([*([first] if first is not None else []), *found]))[:6]

    def signature(self, point: Point) -> tuple[Any, ...]:
        """What is known of the text: equal for fields that are told apart by the same things."""
        number = point[self.whole.dimension]
        if number:
            return tuple(sorted(self.whole.classes[number]))
        pairs = (
            (a.op, tuple(sorted(a.wanted_literals(point[a.dimension]), key=repr))) for _, a in self._aspects
        )
        return tuple(sorted(pairs, key=repr))

    def is_single(self, point: Point) -> bool:
        """Whether only one text is in the point's classes."""
        return len(self.whole.classes[point[self.whole.dimension]]) == 1

    def listed(self, point: Point) -> list[str]:
        """The literals of the point's class, none for the texts that are no literal."""
        return self.whole.classes[point[self.whole.dimension]]

    def is_proper(self, value: str) -> bool:
        """Whether a field of this type can have the value."""
        return self._fits(value, {}) or key_of(self.type, value) in self.whole.class_of

    def noted(self, whole: bool) -> list[Pred]:
        """The predicates on the whole text."""
        return [pred for pred in self._noted if (pred.part is None) == whole]

    def _asked(self, point: Point) -> tuple[tuple[int, int], ...]:
        """The dimensions that say something about the text, with their classes."""
        literal = point[self.whole.dimension]
        found = [(self.whole.dimension, literal)]
        for view, aspect in self._aspects:
            deciding = self.whole if literal else view
            number = point[deciding.dimension]
            if not number or deciding.is_loose(number, view, aspect):
                found.append((aspect.dimension, point[aspect.dimension]))
        if self.domain and not literal:
            found.append((self.domain.dimension, point[self.domain.dimension]))
        return tuple(found)

    def conflict(self, point: Point) -> Box | None:
        if self.optional and point[self._known] == 1:
            return None
        asked = self._asked(point)
        found = self._text(asked)
        if not isinstance(found, _Nothing):
            return None
        to_blame = self._to_blame(asked, found)
        box = {dimension: 1 << number for dimension, number in to_blame}
        if self.optional:
            box[self._known] = 1
        inside = any(a.dimension in box for v, a in self._aspects if v is self.domain)
        if self.domain and inside and not point[self.whole.dimension]:
            box[self.domain.dimension] = 1 << point[self.domain.dimension]
        return box

    def _to_blame(self, asked: tuple[tuple[int, int], ...], found: _Nothing) -> tuple[tuple[int, int], ...]:
        """What is asked for, without what no blame falls on: what the whole text is always stays."""
        whole = asked[0][0]
        asked = tuple(pair for pair in asked if pair[0] == whole or pair[0] in found.dimensions)
        for dimension, _ in asked[1:]:
            fewer = tuple(pair for pair in asked if pair[0] != dimension)
            if isinstance(self._text(fewer), _Nothing):
                asked = fewer
        return asked

    # --- Words -------------------------------------------------------------------------------------------

    def _word(self, asked: tuple[tuple[int, int], ...]) -> str | None:
        """A text with these aspects; None is a proof that there is none."""
        found = self._text(asked)
        return None if isinstance(found, _Nothing) else found

    def _text(self, asked: tuple[tuple[int, int], ...]) -> str | _Nothing:
        if asked not in self._words:
            self._words[asked] = self._find(dict(asked))
        return self._words[asked]

    def _find(self, asked: dict[int, int]) -> str | _Nothing:
        literals = self.whole.classes[asked[self.whole.dimension]]
        if literals:
            return self._written_as(literals, asked)
        clash = self._clash(asked)
        if clash is not None:
            return clash
        for word in self._composer.texts(asked):
            if self._fits(word, asked):
                return word
        languages = self._languages(asked)
        return self._believed(self._shortest.find(list(languages)), languages, asked)

    def _written_as(self, literals: list[str], asked: dict[int, int]) -> str | _Nothing:
        """One of the literals, written so that it meets the patterns as asked."""
        for key in literals:
            spelling = self.whole.spelling[key]
            if len(asked) == 1 or self._fits(spelling, asked):
                return spelling
        languages = {(Listed(literals), True): self.whole.dimension, **self._machines(asked)}
        return self._believed(self._shortest.find_written(list(languages)), languages, asked)

    def _believed(self, found: str | Clash, languages: Languages, asked: dict[int, int]) -> str | _Nothing:
        if isinstance(found, Clash):
            return _Nothing(frozenset(languages[wanted] for wanted in found.wanted))
        if not self._fits(found, asked):
            raise Undecided(
                f"which texts `{self.name}` can be: letters and accents join in ways not followed"
            )
        return found

    def _fits(self, word: str, asked: dict[int, int]) -> bool:
        key = key_of(self.type, word)
        as_written = clean(word)
        literal = asked.get(self.whole.dimension, 0)
        if not key or word != as_written or self.whole.class_of.get(key, 0) != literal:
            return False
        if self.domain:
            before, at, after = key.partition("@")
            if not (before and at and after) or "@" in after or any(char.isspace() for char in key):
                return False
            number = asked.get(self.domain.dimension)
            if number is not None and self.domain.class_of.get(after, 0) != number:
                return False
        pairs = ((view, a) for view, a in self._aspects if a.dimension in asked)
        return all(a.class_of(v.key(key), v.key(as_written)) == asked[a.dimension] for v, a in pairs)

    def _clash(self, asked: dict[int, int]) -> _Nothing | None:
        """The common proof: a literal that must not be in the text is part of one that must."""
        for view in (self.whole, self.domain):
            if view is None:
                continue
            wanted = [
                (each.dimension, literal)
                for each in view.aspects
                if each.op != MATCHES
                for literal in each.wanted_literals(asked.get(each.dimension, 0))
            ]
            for aspect in view.aspects:
                if aspect.op == "contains" and asked.get(aspect.dimension) == 0:
                    for dimension, literal in wanted:
                        if aspect.literals[0] in literal:
                            return _Nothing(frozenset((dimension, aspect.dimension)))
        return None

    def _languages(self, asked: dict[int, int]) -> Languages:
        """The languages that the text is to be in or out of, each with the dimension that asks for it."""
        whole = self.whole.dimension
        wanted: Languages = {(Proper(self.domain is not None), True): whole}
        wanted[Listed(self.whole.class_of), False] = whole
        wanted.update(self._machines(asked))
        if self.domain is not None and self.domain.dimension in asked:
            number = asked[self.domain.dimension]
            listed = self.domain.classes[number] if number else self.domain.class_of
            wanted[AfterAt(Listed(listed)), bool(number)] = self.domain.dimension
        return wanted

    def _machines(self, asked: dict[int, int]) -> Languages:
        return {
            (self._of(view, machine), want): aspect.dimension
            for view, aspect in self._aspects
            if aspect.dimension in asked
            for machine, want in aspect.wanted(asked[aspect.dimension])
        }

    # --- Words for people --------------------------------------------------------------------------------

    def describe(self, dimension: int, mask: Mask) -> str:
        if dimension == self._known:
            return f"{self.name} is known" if mask == 1 else f"{self.name} is missing"
        for view in (self.whole, self.domain):
            if view is not None and dimension == view.dimension:
                return self._listed(view, mask)
        view, aspect = next((v, a) for v, a in self._aspects if a.dimension == dimension)
        name = f"{self.name}.domain" if view is self.domain else self.name
        if aspect.op not in ENDS:
            asked = f"{name} {aspect.op} {self._as_written(aspect.literals[0])}"
            return asked if mask == 2 else f"not {asked}"
        negated = bool(mask & 1)
        classes = classes_of(~mask & self._formulas.full(dimension) if negated else mask)
        literals = [self._as_written(aspect.literals[c - 1]) for c in classes]
        asked = joined("or", [f"{name} {aspect.op} {literal}" for literal in literals])
        return f"not {asked}" if negated else asked

    def _as_written(self, literal: Any) -> str:
        """A part or a pattern as the policy writes it."""
        return written(literal.text if isinstance(literal, Pattern) else self._spelled.get(literal, literal))

    def _listed(self, view: View, mask: Mask) -> str:
        name = f"{self.name}.domain" if view is self.domain else self.name
        negated = bool(mask & 1)
        wanted = ~mask & self._formulas.full(view.dimension) if negated else mask
        spelled = [written(view.spelling[key]) for c in classes_of(wanted) for key in view.classes[c]]
        if len(spelled) == 1:
            return f"{name} {'!=' if negated else '=='} {spelled[0]}"
        return f"{name} {'not in' if negated else 'in'} [{', '.join(spelled)}]"

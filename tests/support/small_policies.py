"""Random policies over small domains, and every lead of them: what proofs are compared with.

Texts have no small domain; of them a pool of leads stands for all. Whatever a proof claims about all leads
must hold of the pool, and whatever lead it shows is walked.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice, product
from typing import Any, NoReturn

import pytest

from routebook.analysis.model import NOT_CONFIRMED

ROUNDS = int(os.environ.get("ROUTEBOOK_ROUNDS", "60"))
"""How many policies each test draws; continuous integration sets more."""

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


DRAWN = 0
"""How many leads were drawn so far, for `tests/analysis/trust.py`, which counts them test by test."""


def count_drawn(leads: int) -> None:
    """Count leads that a test draws by itself."""
    global DRAWN
    DRAWN += leads


NOT_DECIDED = "not decided: "
"""How the reason of a skipped test begins where a proof left the question open."""


def not_decided(reasons: Iterable[str]) -> NoReturn:
    """End a test whose question a proof left open; that a lead was not confirmed is no way to leave it open."""
    reasons = list(reasons)
    assert NOT_CONFIRMED not in reasons
    pytest.skip(NOT_DECIDED + "; ".join(dict.fromkeys(reasons)))


@dataclass(frozen=True)
class FieldKind:
    """A field: how it is declared, the values that a lead may have, and comparisons to draw from."""

    name: str
    declared: str
    values: tuple[Any, ...]
    tests: tuple[str, ...]
    finite: bool = True


KINDS = (
    FieldKind("vip", "bool", (False, True), ("vip", "not vip")),
    FieldKind("hot", "bool optional", (None, False, True), ("hot", "hot is missing", "hot == false")),
    FieldKind(
        "score", "integer 0..4", (0, 1, 2, 3, 4),
        ("score >= 2", "score < 3", "score == 2", "score != 1", "score between 1 and 3", "score > 3", "score * 2 >= 5"),
    ),
    FieldKind(
        "size", "integer 1..3 optional", (None, 1, 2, 3),
        ("size >= 2", "size is missing", "size != 2", "size is known", "size == score", "size + score >= 4"),
    ),
    FieldKind(
        "kind", 'one of ["a", "b", "c"]', ("a", "b", "c"),
        ('kind == "a"', 'kind in ["a", "b"]', 'kind not in ["b"]', 'kind != "c"', "kind in tags"),
    ),
    FieldKind(
        "seg", 'one of ["a", "b"] optional', (None, "a", "b"),
        ('seg == "a"', 'seg not in ["a"]', "seg is missing", "seg == kind", "tags has seg"),
    ),
    FieldKind(
        "tags", 'set of ["a", "b"]', (frozenset(), frozenset("a"), frozenset("b"), frozenset("ab")),
        ('tags has "a"', 'tags has any ["a", "b"]', 'tags has all ["a", "b"]', 'tags has none ["b"]'),
    ),
    FieldKind(
        "more", 'set of ["a", "b"] optional', (None, frozenset(), frozenset("a"), frozenset("b"), frozenset("ab")),
        ('more has "a"', "more is missing", "more has any tags", "more has all tags", 'more has none ["a"]'),
    ),
    FieldKind(
        "worth", "decimal 0..2 optional", (None, Decimal(0), Decimal("0.5"), Decimal(1), Decimal("1.5"), Decimal(2)),
        ("worth >= 1", "worth < 0.5", "worth == 1", "worth > 1.5", "worth * 2 >= score", "worth / size > 0.5"),
        finite=False,
    ),
    FieldKind(
        "title", "text optional", (None, "vp", "VP Sales", "sales", "svp", "avp sales b", "head of b", "x"),
        ('title contains "vp"', 'title starts with "vp"', 'title ends with "sales"', 'title == "svp"',
         'title in ["vp", "x"]', 'title matches "^s?vp"', 'title contains "v"', 'title contains "sales"',
         "title is missing"),
        finite=False,
    ),
    FieldKind(
        "mail", "email", ("a@x.edu", "b@x.com", "vp@vp.com", "c@y.edu", "d@mit.edu"),
        ('mail.domain == "x.com"', 'mail.domain ends with ".edu"', 'mail starts with "a"', 'mail == "a@x.edu"',
         'mail contains "@x"', 'mail.domain in ["x.edu", "mit.edu"]', 'mail.domain contains "vp"',
         'mail ends with "edu"'),
        finite=False,
    ),
    FieldKind(
        "day", "date", (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 7), date(2026, 4, 4), date(2025, 1, 1)),
        ("day >= 2026-03-03", 'day.weekday in ["sat", "sun"]', "day == 2026-03-02", "day < 2026-03-05", "day < at.date",
         'day.weekday == "mon"'),
        finite=False,
    ),
    FieldKind(
        "at", "datetime optional",
        (None, NOW, datetime(2026, 3, 7, 22, 30, tzinfo=UTC), datetime(2026, 7, 1, 6, 59, tzinfo=UTC)),
        ("at.hour < 9", "at.hour >= 17", 'at.weekday in ["sat", "sun"]', "at.date == 2026-03-02", "at < now",
         "at >= 2026-03-07T00:00Z", "at.time >= 10:00", "at is known"),
        finite=False,
    ),
    FieldKind("slot", "time", (time(8), time(9, 30), time(17)), ("slot < 09:30", "slot.hour >= 9", "slot == 17:00"),
        finite=False),
    FieldKind(
        "land", "country", ("DE", "FR", "US", "JP"),
        ('land == "DE"', 'land in ["DE", "FR"]', 'land not in ["DE", "US"]', 'land != "JP"'), finite=False,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class SmallPolicy:
    """A policy's text, its fields, and whether their values are all there are."""

    text: str
    kinds: tuple[FieldKind, ...]

    @property
    def is_finite(self) -> bool:
        return all(kind.finite for kind in self.kinds)

    def leads(self, limit: int = 4000) -> Iterator[dict[str, Any]]:
        """Leads of the policy: all of them where it is finite and they are not too many."""
        global DRAWN
        names = [kind.name for kind in self.kinds]
        for values in islice(product(*(kind.values for kind in self.kinds)), limit):
            DRAWN += 1
            yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _closed(names: Sequence[str]) -> tuple[FieldKind, ...]:
    """The kinds, with those that their comparisons name."""
    wanted = set(names)
    for kind in KINDS:
        if kind.name in wanted:
            for other in KINDS:
                if any(f" {other.name}" in f" {test}" for test in kind.tests):
                    wanted.add(other.name)
    return tuple(kind for kind in KINDS if kind.name in wanted)


class _Writer:
    def __init__(self, rng: random.Random, kinds: Sequence[FieldKind]) -> None:
        self.rng, self.kinds = rng, kinds
        self.names: list[str] = []
        self.tests = [test for kind in kinds for test in kind.tests if self._known(test)]

    def _known(self, test: str) -> bool:
        have = {kind.name for kind in self.kinds}
        return all(kind.name in have or f" {kind.name}" not in f" {test}" for kind in KINDS)

    def condition(self, depth: int = 2) -> str:
        roll = self.rng.random()
        if depth == 0 or roll < 0.35:
            return self.rng.choice([*self.tests, *self.names])
        if roll < 0.45:
            return f"not ({self.condition(depth - 1)})"
        word = " and " if roll < 0.75 else " or "
        return f"({word.join(self.condition(depth - 1) for _ in range(self.rng.choice((2, 2, 3))))})"

    def rules(self, count: int, depth: int = 1) -> str:
        lines = []
        for _ in range(count):
            if depth and self.rng.random() < 0.25:
                tail = f" else queue {self.rng.choice('pqr')}" if self.rng.random() < 0.4 else ""
                lines.append(f"when {self.condition(1)} {{ {self.rules(self.rng.randint(1, 2), 0)}{tail} }}")
            else:
                lines.append(f"when {self.condition()} queue {self.rng.choice('pqr')}")
        return ("\n" if depth else " ").join(lines)

    def computed(self) -> str:
        lines = []
        if self.rng.random() < 0.4:
            lines.append(f"define d1 = {self.condition()}")
            self.names += ["d1", "not d1"]
        if self.rng.random() < 0.4:
            cases = " ".join(
                f"when {self.condition(1)} then {self.rng.choice(['1', '2', '3'])}" for _ in range(3)
            )
            lines.append(f"derive d2: integer {{ {cases} {self.rng.choice(['', 'else 9'])} }}")
            self.names += ["d2 == 1", "d2 >= 2", "d2 is missing", "d2 != 3"]
        if self.rng.random() < 0.4:
            per = [k.name for k in self.kinds if k.name in ("score", "size")]
            entries = [f"add {self.rng.randint(1, 3)} when {self.condition(1)}" for _ in range(2)]
            entries.append(f"subtract {self.rng.randint(1, 3)} when {self.condition(1)}")
            if per:
                entries.append(f"add 2 per {self.rng.choice(per)}{self.rng.choice(['', ' up to 3'])}")
            lines.append(f"points d3 0..8 {{ {' '.join(entries)} }}")
            self.names += ["d3 >= 3", "d3 == 2", "d3 < 5", "d3 between 1 and 4"]
        return "\n".join(lines)


def small_policy(seed: int, finite: bool | None = None) -> SmallPolicy:
    """The random policy of this number, over finite fields alone where that is asked for."""
    rng = random.Random(seed)
    pool = [kind.name for kind in KINDS if finite is None or kind.finite == finite or (finite is False)]
    kinds = _closed(rng.sample(pool, rng.choice((2, 3))))
    writer = _Writer(rng, kinds)
    fields = "\n".join(f"  {kind.name}: {kind.declared}" for kind in kinds)
    zone = rng.choice(['policy "p" timezone "Europe/Berlin"\n', "", ""])
    computed = writer.computed()
    rules = writer.rules(rng.randint(2, 7))
    tail = rng.choice(["", "else queue z", "else queue z"])
    return SmallPolicy(f"{zone}lead {{\n{fields}\n}}\n{computed}\n{rules}\n{tail}\n", kinds)

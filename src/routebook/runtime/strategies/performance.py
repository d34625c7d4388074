"""Who is likeliest to convert a lead like this one, while everybody keeps getting the chance to show it.

A rep's chance with leads of one kind (a segment: alike in the strategy's fields) is a Beta-Binomial estimate: the
results there, on top of a prior worth `PRIOR` results at the rate of the rep's other work, which itself rests on as
many at the rate of all who are eligible. So a rep with few results in a segment is judged by the rest of their work,
and a newcomer by everybody's. Of those estimates one number each is drawn, and the largest takes the lead (Thompson,
"On the likelihood that one unknown probability exceeds another", 1933). One lead in `EXPLORED` is given at random.

Nothing is left to chance, and nothing to floats: the draws come from a hash of the lead's id, and a draw from
Beta(a, b) is the a-th smallest of a + b - 1 draws from the whole numbers (a textbook fact about order statistics).
So replay draws the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import shake_256
from struct import unpack
from typing import Final

from routebook.plan.keys import number_of
from routebook.runtime.strategies.base import Choice, Contender, Question, Record, listing

PRIOR: Final = 10
"""How many results the prior counts for."""

EXPLORED: Final = 10
"""One lead in so many goes to any of the eligible, so that each has a share of at least a tenth of an even one."""

MOST: Final = 400
"""Results that an estimate rests on at most; more count for their share. So nobody is ever written off for good."""

_BITS: Final = 64


def choose(question: Question) -> Choice:
    """The largest draw, then the pool's order; for one lead in ten any of the eligible, by its id."""
    contenders = question.contenders
    records = {each.rep: question.records.get(each.rep, Record()) for each in contenders}
    estimates = _estimates(records)
    standing = {rep: _standing(records[rep], a, b) for rep, (a, b) in estimates.items()}
    chance = number_of("explore", question.lead)
    if len(contenders) > 1 and chance % EXPLORED == 0:
        winner = contenders[chance // EXPLORED % len(contenders)].rep
        line = f"{winner} is drawn from {len(contenders)}: one lead in {EXPLORED} is given at random, to go on learning"
        return Choice(winner, line, standing)
    draws = {rep: _draw(question.lead, rep, a, b) for rep, (a, b) in estimates.items()}
    chosen = max(contenders, key=lambda each: draws[each.rep])
    for rep, draw in draws.items():
        standing[rep]["draw"] = round(draw / (1 << _BITS), 4)
    line = _arithmetic(question, chosen, standing)
    return Choice(chosen.rep, f"{line}; {_ground(chosen.rep, records, standing)}", standing)


def _standing(record: Record, a: int, b: int) -> dict[str, float]:
    """The results here and elsewhere, and the rate that is expected of them."""
    return {
        "won": record.won_here,
        "lost": record.lost_here,
        "won elsewhere": record.won - record.won_here,
        "lost elsewhere": record.lost - record.lost_here,
        "expected": round(a / (a + b), 4),
    }


def _ground(rep: str, records: Mapping[str, Record], standing: dict[str, dict[str, float]]) -> str:
    """What the estimate of a rep rests on: own results here, own results elsewhere, and everybody's rate."""
    own = records[rep]
    here, elsewhere = own.won_here + own.lost_here, own.won + own.lost - own.won_here - own.lost_here
    won = sum(record.won for record in records.values())
    known = won + sum(record.lost for record in records.values())
    rate = f"{standing[rep]['expected']:.1%}".replace("%", " %")
    prior = f"{(won + 1) / (known + 2):.1%}".replace("%", " %")
    return (
        f"{rate} are expected of {rep}: {own.won_here:,} of {here:,} won here, {own.won - own.won_here:,} of "
        f"{elsewhere:,} elsewhere, on a prior of {PRIOR} at everybody's {prior}"
    )


def _arithmetic(question: Question, chosen: Contender, standing: dict[str, dict[str, float]]) -> str:
    draws = listing(question.contenders, lambda each: f"{standing[each.rep]['draw']:.4f}")
    line = f"{chosen.rep} has the largest draw: {standing[chosen.rep]['draw']:.4f} of [{draws}]"
    alike = ", ".join(
        f"{name} {value if value is not None else 'missing'}" for name, value in question.values
    )
    return line + (f", for leads with {alike}" if alike else "")


def _estimates(records: dict[str, Record]) -> dict[str, tuple[int, int]]:
    """For each rep the a and b of their Beta distribution, whole numbers from 1 on."""
    won = sum(record.won for record in records.values())
    known = won + sum(record.lost for record in records.values())
    found = {}
    for rep, record in records.items():
        # each step adds PRIOR results at the rate of the step before; (1, 1) stands before the first
        rest = record.won - record.won_here, record.lost - record.lost_here
        overall = (known + 2) * rest[0] + PRIOR * (won + 1), (known + 2) * (sum(rest) + PRIOR)
        here = record.won_here + record.lost_here
        scaled = overall[1] * record.won_here + PRIOR * overall[0]
        weight = min(here + PRIOR, MOST)
        # the nearest whole number, without a float on the way
        a = (2 * weight * scaled + overall[1] * (here + PRIOR)) // (2 * overall[1] * (here + PRIOR))
        a = min(max(a, 1), weight - 1)
        found[rep] = a, weight - a
    return found


def _draw(lead: str, rep: str, a: int, b: int) -> int:
    """A number below 2**64 from Beta(a, b), always the same for this lead and rep."""
    seed = number_of("draw", lead, rep).to_bytes(32, "big")
    count = a + b - 1
    numbers: tuple[int, ...] = unpack(f">{count}Q", shake_256(seed).digest(8 * count))
    return sorted(numbers)[a - 1]

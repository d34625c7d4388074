"""The same value keeps its rep: rendezvous hashing.

Highest random weight (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998), with
weights by the logarithmic method (Schindelhauer and Schomaker, "Weighted distributed hash tables", 2005): each
rep draws a number u in (0, 1) from the hash of the value and the rep, and the least -ln(u) / weight wins. A
rep who leaves passes on only the values that were theirs, and one who comes takes a share from everybody.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

from routebook.plan.keys import number_of
from routebook.runtime.strategies.base import Choice, Contender, Question

_BITS: Final = 64
# decimals, because their logarithm is rounded the same way on every machine
_EXACT: Final = Context(prec=30)


def choose(question: Question) -> Choice:
    """The least -ln(u) / weight, then the pool's order. Where the value is missing, the lead's id stands for it."""
    name, value = question.values[0]
    hashed = value if value is not None else question.lead
    kind = "value" if value is not None else "lead"
    draws = {each.rep: _draw(kind, hashed, each) for each in question.contenders}
    scores = _scores(question, draws)
    winner = min(question.contenders, key=lambda each: scores[each.rep])
    standing = {
        each.rep: {"draw": round(draws[each.rep] / (1 << _BITS), 6), "weight": each.weight}
        for each in question.contenders
    }
    what = f"{name} `{hashed}`" if value is not None else f"{name} is missing, so the lead's id `{hashed}`"
    line = f"{what} draws {winner.rep} among {len(question.contenders)}, by rendezvous hashing"
    return Choice(winner.rep, line, standing)


def _draw(kind: str, hashed: str, contender: Contender) -> int:
    """A number from 1 to 2**64 - 1, so that u is neither 0 nor 1."""
    return (number_of("hash", kind, hashed, contender.rep) >> (256 - _BITS)) or 1


def _scores(question: Question, draws: dict[str, int]) -> dict[str, int | Decimal]:
    if len({each.weight for each in question.contenders}) == 1:
        # with equal weights the least -ln(u) is the largest u
        return {rep: -draw for rep, draw in draws.items()}
    whole = Decimal(1 << _BITS)
    return {
        each.rep: _EXACT.divide(
            -_EXACT.ln(_EXACT.divide(Decimal(draws[each.rep]), whole)), Decimal(each.weight)
        )
        for each in question.contenders
    }

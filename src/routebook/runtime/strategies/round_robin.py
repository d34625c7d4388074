"""Smooth weighted round robin: fair over time, and never bursty.

The algorithm is the one of nginx's upstream balancer (Igor Sysoev, 2012): every contender's credit grows by its
weight, the largest credit wins, and the winner pays the sum of the weights. All in integers, so that a full
cycle gives each its weight exactly and the credits always sum to zero.
"""

from __future__ import annotations

from routebook.runtime.strategies.base import Choice, Contender, Question, listing


def choose(question: Question) -> Choice:
    """The largest credit; of those, who has waited longest for a turn here, then anywhere, then the first."""
    credits = question.credits
    contenders = question.contenders
    grown = {each.rep: credits.get(each.rep, 0) + each.weight for each in contenders}
    total = sum(each.weight for each in contenders)
    best = max(grown.values())
    tied = [each for each in contenders if grown[each.rep] == best]
    turns = question.turns
    winner = min(tied, key=lambda each: (turns.get(each.rep, 0), each.last)) if len(tied) > 1 else tied[0]
    standing = {each.rep: {"credit": grown[each.rep], "weight": each.weight} for each in contenders}
    after = dict(grown)
    after[winner.rep] -= total
    return Choice(winner.rep, _arithmetic(question, grown, winner, tied), standing, after)


def _arithmetic(question: Question, grown: dict[str, int], winner: Contender, tied: list[Contender]) -> str:
    weights = ":".join(str(each.weight) for each in question.contenders[:12])
    shown = listing(question.contenders, lambda each: grown[each.rep])
    line = f"{winner.rep} has the largest credit: {grown[winner.rep]} of [{shown}]"
    line += f", weights {weights}" + ("…" if len(question.contenders) > 12 else "")
    if len(tied) > 1:
        same = question.turns.get(winner.rep, 0), winner.last
        rivals = [(question.turns.get(each.rep, 0), each.last) for each in tied if each is not winner]
        settled = "the first in the pool's order" if same in rivals else "the longest without a turn"
        line += f"; {len(tied)} are equal, and {winner.rep} is {settled}"
    return line

"""The pool's own order."""

from __future__ import annotations

from routebook.runtime.strategies.base import Choice, Question


def choose(question: Question) -> Choice:
    """The first of the eligible in the pool's declared order."""
    standing = {each.rep: {"place": place} for place, each in enumerate(question.contenders, start=1)}
    winner = question.contenders[0].rep
    return Choice(
        winner, f"{winner} is the first of {len(question.contenders)} in the pool's order", standing
    )

"""Of those on shift, who has the fewest leads open."""

from __future__ import annotations

from routebook.runtime.strategies.base import Choice, Question, last_words, listing


def choose(question: Question) -> Choice:
    """The fewest active leads, then idle the longest, then the pool's order. Only reps on shift are asked about."""
    contenders = question.contenders
    winner = min(contenders, key=lambda each: (each.active, each.last))
    standing = {each.rep: {"open": each.active} | _seen(each.last) for each in contenders}
    shown = listing(contenders, lambda each: each.active)
    line = f"{winner.rep} has the fewest leads open: {winner.active} of [{shown}]"
    if sum(each.active == winner.active for each in contenders) > 1:
        line += f"; of the equal, {winner.rep} is idle the longest ({last_words(winner.last)})"
    return Choice(winner.rep, line, standing)


def _seen(last: int) -> dict[str, int]:
    return {"last in row": last} if last else {}

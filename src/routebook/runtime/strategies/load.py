"""Who has the most room: open leads against capacity."""

from __future__ import annotations

from math import lcm

from routebook.runtime.strategies.base import Choice, Contender, Question, last_words, listing


def choose(question: Question) -> Choice:
    """The lowest active / capacity, compared exactly, then idle the longest, then the pool's order.

    A rep without a capacity counts as one with the largest capacity in the pool; where nobody has one, the
    fewest active leads win.
    """
    contenders = question.contenders
    room = {each.rep: _capacity(each, question) for each in contenders}
    # over a common denominator, loads compare exactly as whole numbers
    whole = lcm(*set(room.values()))
    loads = {each.rep: each.active * (whole // room[each.rep]) for each in contenders}
    winner = min(contenders, key=lambda each: (loads[each.rep], each.last))
    standing = {
        each.rep: {
            "open": each.active,
            "capacity": room[each.rep],
            "load": round(each.active / room[each.rep], 6),
        }
        for each in contenders
    }
    shown = listing(contenders, lambda each: f"{each.active}/{_capacity(each, question)}")
    line = f"{winner.rep} has the lowest load: {winner.active}/{_capacity(winner, question)} of [{shown}]"
    if sum(load == loads[winner.rep] for load in loads.values()) > 1:
        line += f"; of the equal, {winner.rep} is idle the longest ({last_words(winner.last)})"
    return Choice(winner.rep, line, standing)


def _capacity(contender: Contender, question: Question) -> int:
    return contender.capacity or question.roomiest or 1

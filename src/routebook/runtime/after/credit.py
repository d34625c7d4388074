"""Turns given back, and turns taken by hand. Either way a rotation's credits still sum to zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from routebook.runtime.desk import Bench
from routebook.runtime.ledger import Ledger
from routebook.runtime.state import Turn


def give_back(turn: Mapping[str, Any] | None, ledger: Ledger) -> dict[str, Any] | None:
    """Undo the step of a rotation that the log says an assignment took: as if it had not been taken.

    None where it took none. Of a very large pool the log keeps some of the credits only; what the others had
    got is taken from them evenly.
    """
    if turn is None:
        return None
    key = turn["rotation"]
    ledger.hold((key,))
    rotation = ledger.rotation(key)
    undone = {rep: turn["before"][rep] - after for rep, after in turn["after"].items()}
    others = [rep for rep in rotation.credits if rep not in undone]
    if rest := -sum(undone.values()):
        reps = others or list(undone)
        each, left = divmod(rest, len(reps))
        for place, rep in enumerate(reps):
            undone[rep] = undone.get(rep, 0) + each + (place < left)
    undone = {rep: amount for rep, amount in undone.items() if amount}
    credits = {**rotation.credits}
    for rep, amount in undone.items():
        credits[rep] = credits.get(rep, 0) + amount
    ledger.rotate(key, replace(rotation, credits=credits))
    return {"rotation": key, "credits": undone}


def turn_by_hand(bench: Bench, rule: str, rep: str, ledger: Ledger) -> Turn:
    """The step of a pool's rotation by which `rep`, one of its members, takes a turn that nobody chose.

    Everybody's credit grows by their weight, and `rep` pays for all of it, as in any other turn.
    """
    key = bench.rotation(rule)
    ledger.hold(bench.chains(rule))
    rotation = ledger.rotation(key)
    members = {member.id: member.rep.weight for member in bench.members if member.rep.active}
    before = {each: rotation.credits.get(each, 0) for each in members}
    after = {each: before[each] + weight for each, weight in members.items()}
    after[rep] -= sum(members.values())
    return Turn(key, before, after, dict(rotation.gone))

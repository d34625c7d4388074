"""What a comparison of two policies says, in the words that its formats share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from routebook.render.witnesses import witness_text
from routebook.text import counted

if TYPE_CHECKING:
    from routebook.analysis.change import Change, Difference, Taken
    from routebook.comparing import LeadMoves


@dataclass(frozen=True, slots=True)
class DiffReport:
    """What changes from the policy called `old` to the one called `new`; `moves` where leads were counted."""

    old: str
    new: str
    difference: Difference
    moves: LeadMoves | None = None


def groups(difference: Difference) -> Iterator[tuple[Taken, Taken, list[Change]]]:
    """The changes by what happens before and after: one of them stands for all, whatever the rules."""
    found: dict[tuple[Any, ...], list[Change]] = {}
    for change in difference.changes:
        key = (change.old.plan, change.old.sla, change.new.plan, change.new.sla)
        found.setdefault(key, []).append(change)
    for changes in found.values():
        yield changes[0].old, changes[0].new, changes


def outcome(taken: Taken) -> str:
    """What happens, in words: the targets in the order in which they are tried, and the SLA."""
    if taken.rule is None:
        return "no rule takes it"
    sla = f", sla {taken.sla}" if taken.sla is not None else ""
    return ", ".join(taken.plan) + sla


def is_alike(old: Taken, new: Taken) -> bool:
    """Whether the words do not show the change: it is in what they refer to, such as an SLA or a derived field."""
    return outcome(old) == outcome(new)


ALIKE: Final = "what this refers to has changed"
"""What is said where the words before and after are the same."""


def rule_of(taken: Taken) -> str:
    """The rule, or that there is none."""
    return "no rule" if taken.rule is None else taken.rule


def witness(change: Change) -> str:
    """The lead of a change, and the moment at which it is one, where that matters."""
    return witness_text(change.region.witness)


def verdict(report: DiffReport) -> str:
    """The answer, in one sentence."""
    found = report.difference
    if not found.changes and report.moves is not None and report.moves.changed:
        rest = "not everything else was decided" if found.doubts else "the two read different values of them"
        return f"{counted(report.moves.changed, 'lead')} treated differently; {rest}"
    if found.same:
        among = " that fits both" if found.notes else ""
        return f"the same: every lead{among} is treated as before"
    if not found.changes:
        return "no difference was found, but not everything was decided"
    sets = "1 set of leads is" if len(found.changes) == 1 else f"{len(found.changes):,} sets of leads are"
    rest = "the rest was not decided in full" if found.doubts else "all others are treated as before"
    return f"{sets} treated differently; {rest}"

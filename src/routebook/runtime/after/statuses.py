"""The statuses of a lead that a rep has, and the names that a project gives them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from routebook.decision import Outcome
from routebook.diagnostics import RoutebookError
from routebook.text import listed, nearest


class Status(StrEnum):
    """Where a lead stands with its rep."""

    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    RECYCLED = "recycled"
    JUNK = "junk"
    UNREACHABLE = "unreachable"
    CONVERTED = "converted"


OPEN: Final = frozenset({Status.ASSIGNED, Status.ACCEPTED, Status.CONTACTED, Status.QUALIFIED})
"""The statuses in which a lead takes up a rep's capacity."""

CLOSED: Final = frozenset(Status) - OPEN

RESPONDED: Final = frozenset({Status.CONTACTED, Status.QUALIFIED})
"""The statuses that say that somebody has spoken to the lead."""

TOUCH: Final = "touch"
RETURN: Final = "return"
ASSIGN: Final = "assign"
ACTS: Final = (TOUCH, RETURN, ASSIGN)
"""What may happen to a lead besides coming to a status."""


def result_of(status: str) -> tuple[int, int]:
    """What a status says of a rep's success: leads won and lost. Junk says nothing, and neither does an open lead."""
    match status:
        case Status.CONVERTED:
            return 1, 0
        case Status.RECYCLED | Status.UNREACHABLE:
            return 0, 1
        case _:
            return 0, 0


class StatusNames:
    """What a project calls the statuses: `[statuses]` of its settings, from our name to its own."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        renamed = dict(names or {})
        known = [status.value for status in Status]
        for status in renamed:
            if status not in known:
                close = nearest(status, known)
                hint = f"did you mean `{close}`?" if close else f"there are {listed(known)}"
                raise RoutebookError(f"`{status}` under [statuses] is not a status: {hint}")
        self._shown = {status: renamed.get(status, status) for status in known}
        taken = [*ACTS, *(outcome.value for outcome in Outcome if outcome != Outcome.ASSIGNED)]
        for status, name in self._shown.items():
            rivals = [other for other, theirs in self._shown.items() if theirs == name and other != status]
            if rivals or name in taken or not name.strip():
                reason = "two statuses would have it" if rivals else "it means something else already"
                raise RoutebookError(f"`{status}` cannot be called `{name}` under [statuses]: {reason}")
        self._read = {name: status for status, name in self._shown.items()}

    def shown(self, status: str) -> str:
        """What the project calls a status; outcomes keep their names."""
        return self._shown.get(status, status)

    def kind(self, word: str) -> str:
        """The status, `touch`, `return` or `assign` that a word means. Raises RoutebookError for any other."""
        if word in ACTS:
            return word
        if word in self._read:
            return self._read[word]
        choices = [*ACTS, *self._read]
        close = nearest(word, choices)
        hint = f"did you mean `{close}`?" if close else f"there are {listed(choices)}"
        raise RoutebookError(f"nothing called `{word}` can happen to a lead: {hint}")

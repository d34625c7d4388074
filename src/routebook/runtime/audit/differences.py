"""What an audit finds: one place where a store is not as its own log says it should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from routebook.decision import jsonable


class Kind(StrEnum):
    """What is wrong: with the log itself, with what it says, or with what else the store holds."""

    CHANGED = "changed"
    MISSING = "missing"
    ORDER = "order"
    REPLAY = "replay"
    STATE = "state"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class Difference:
    """`row` is the log's number of the row, None where it is about none; `recorded` and `replayed` are what differs."""

    kind: Kind
    message: str
    row: int | None = None
    chain: str | None = None
    lead: str | None = None
    recorded: Mapping[str, Any] | None = None
    replayed: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "message": self.message,
            "row": self.row,
            "chain": self.chain,
            "lead": self.lead,
            "recorded": jsonable(self.recorded),
            "replayed": jsonable(self.replayed),
        }


NOTHING: Final = object()


def parts_that_differ(
    recorded: Mapping[str, Any], replayed: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of two objects the members that are not the same, of each; a member that one lacks is left out there."""
    names = [
        name
        for name in {**recorded, **replayed}
        if recorded.get(name, NOTHING) != replayed.get(name, NOTHING)
    ]
    return (
        {name: recorded[name] for name in names if name in recorded},
        {name: replayed[name] for name in names if name in replayed},
    )

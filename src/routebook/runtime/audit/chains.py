"""The chains of the log, followed row by row: what was changed, taken out, put in, moved or cut off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from routebook.runtime.audit.differences import Difference, Kind
from routebook.runtime.log import sealed
from routebook.runtime.state import NO_ROWS, Head, LogRow

Seal: TypeAlias = Mapping[str, tuple[int, str]]
"""How far each chain went when somebody wrote it down elsewhere: its length and the hash of its last row."""


class Chains:
    """The ends of all chains so far. What is remembered is a line a chain, however long the log is.

    `seal` is what was written down of an earlier audit: the log has to hold all that it held then.
    """

    def __init__(self, seal: Seal | None = None) -> None:
        self.heads: dict[str, Head] = {}
        self._sealed = dict(seal or {})

    def follow(self, row: LogRow) -> Iterator[Difference]:
        """Everything that is wrong with the next row."""
        before = self.heads.get(row.chain, NO_ROWS)
        self.heads[row.chain] = Head(row.n, row.hash)
        for message in _wrong_columns(row):
            yield _of(row, Kind.CHANGED, message)
        if row.n > before.length + 1:
            gone = row.n - before.length - 1
            rows = f"row {before.length + 1}" if gone == 1 else f"rows {before.length + 1} to {row.n - 1}"
            yield _of(row, Kind.MISSING, f"before it, {rows} of the chain are missing")
        elif row.n <= before.length:
            yield _of(row, Kind.ORDER, f"it is row {row.n} of a chain that had {before.length} rows already")
        elif row.hash != sealed(before, row.body):
            yield _of(row, Kind.CHANGED, "its hash is not that of what it says and of the row before it")
        told = self._sealed.get(row.chain)
        if told is not None and told[0] == row.n and told[1] != row.hash:
            yield _of(row, Kind.SEAL, "it was another row when the seal was written")

    def end(self, heads: Mapping[str, Head]) -> Iterator[Difference]:
        """What is wrong with the ends, by what the store keeps of them apart from the log, and by the seal."""
        for chain in sorted({*heads, *self.heads}):
            found, kept = self.heads.get(chain, NO_ROWS), heads.get(chain, NO_ROWS)
            if found == kept:
                continue
            if found.length < kept.length:
                gone = f"from row {found.length + 1} to its last, row {kept.length}, it is missing"
                yield Difference(Kind.MISSING, gone, chain=chain)
            elif found.length > kept.length:
                more = f"it was {kept.length} rows long, and has {found.length}: rows were put in at its end"
                yield Difference(Kind.ORDER, more, chain=chain)
            else:
                yield Difference(Kind.CHANGED, "its last row is not the one that was written", chain=chain)
        for chain, (length, _) in self._sealed.items():
            if self.heads.get(chain, NO_ROWS).length < length:
                gone = f"it had {length} rows when the seal was written, and has fewer"
                yield Difference(Kind.SEAL, gone, chain=chain)


def _of(row: LogRow, kind: Kind, message: str) -> Difference:
    return Difference(kind, message, row.seq, row.chain, row.lead or None)


def _placed(said: Mapping[str, Any], name: str) -> Any:
    return said["assignment"][name]


def _happened(said: Mapping[str, Any], name: str) -> Any:
    return said["event"][name]


_Read: TypeAlias = Callable[[Mapping[str, Any]], Any]

_COMMON: Final[Mapping[str, _Read]] = {
    "seq": lambda said: said["seq"],
    "chain": lambda said: said["chain"],
    "n": lambda said: said["n"],
    "kind": lambda said: said["kind"],
    "round": lambda said: said["round"],
}
_PLACING: Final[Mapping[str, _Read]] = {
    "lead": lambda said: _placed(said, "lead"),
    "at": lambda said: _placed(said, "at"),
    "outcome": lambda said: _placed(said, "outcome"),
    "rep": lambda said: _placed(said, "rep"),
    "pool": lambda said: _placed(said, "pool"),
}
_OWN: Final[Mapping[str, Mapping[str, _Read]]] = {
    "assignment": _PLACING,
    "handover": _PLACING,
    "event": {
        "lead": lambda said: said["lead"],
        "at": lambda said: _happened(said, "at"),
        "outcome": lambda said: _happened(said, "status"),
        "rep": lambda said: said["owner"],
        "pool": lambda said: None,  # noqa: ARG005
    },
    "presence": {
        "lead": lambda said: said["lead"],
        "at": lambda said: said["presence"]["since"],
        "outcome": lambda said: "online" if said["presence"]["online"] else "offline",
        "rep": lambda said: said["rep"],
        "pool": lambda said: None,  # noqa: ARG005
    },
    "history": {
        "lead": lambda said: said["lead"],
        "at": lambda said: said["at"],
        "outcome": lambda said: "counted",  # noqa: ARG005
        "rep": lambda said: None,  # noqa: ARG005
        "pool": lambda said: None,  # noqa: ARG005
    },
}
"""Where a row says again what its columns say, by its kind."""


def _wrong_columns(row: LogRow) -> Iterator[str]:
    """Columns that are not what the row says: they are what rows are looked up by, and no hash is over them."""
    try:
        said = json.loads(row.body)
        reads = {**_COMMON, **_OWN[said["kind"]]}
        for name, read in reads.items():
            value = getattr(row, name)
            if name == "at":
                same = value == datetime.fromisoformat(read(said))
            else:
                same = value == read(said)
            if not same:
                yield f"its column `{name}` is not what it says"
    except (ValueError, KeyError, TypeError):
        yield "it does not read as a row of the log"

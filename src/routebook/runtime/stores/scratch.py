"""A store that goes away: what an audit replays a log on."""

from __future__ import annotations

from pathlib import Path

from routebook.runtime.stores.sqlite import SqliteStore


class ScratchStore(SqliteStore):
    """An SQLite store in a folder that somebody else removes."""

    # leads need no ids of their own: the log that is replayed has given them some
    durable = False

    def __init__(self, folder: Path) -> None:
        super().__init__(f"sqlite:///{folder / 'replay.db'}")

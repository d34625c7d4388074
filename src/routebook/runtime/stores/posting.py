"""The outbox of a store that is a database, as every database takes it.

A notice is claimed by putting off when it is due: who is killed before it is settled leaves it to whoever comes
after that. Where sessions do not exclude each other, rows that somebody else is claiming are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select, update

from routebook.runtime.notices.outbox import AT_ONCE, Notice, Posted, Receipt, State
from routebook.runtime.stores import tables as t
from routebook.runtime.stores.times import read_time, show_time

_box: Final = t.outbox
_TAKE: Final = (
    update(_box)
    .where(_box.c.key == bindparam("taken"), _box.c.destination == bindparam("to"))
    .values(attempts=_box.c.attempts + 1, due=bindparam("until"), holder=bindparam("by"))
)


class SqlOutbox:
    """Speaks to the database by transactions that `begin` opens, and `read` for those that change nothing."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Connection]],
        read: Callable[[], AbstractContextManager[Connection]],
    ) -> None:
        self._begin = begin
        self._read = read

    def claim(
        self, destinations: Collection[str], due: datetime, until: datetime, holder: str, limit: int
    ) -> Sequence[Posted]:
        asked = (
            select(_box)
            .where(
                _box.c.state == State.WAITING.value,
                _box.c.destination.in_(list(destinations)),
                _box.c.due <= show_time(due),
            )
            .order_by(_box.c.due, _box.c.seq, _box.c.kind, _box.c.key)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self._begin() as connection:
            rows = connection.execute(asked).all()
            if rows:
                held = {"until": show_time(until), "by": holder}
                connection.execute(_TAKE, [{"taken": row.key, "to": row.destination, **held} for row in rows])
        return [_posted(row, attempts=row.attempts + 1) for row in rows]

    def settle(self, notice: Notice, holder: str, receipt: Receipt) -> bool:
        done = (
            update(_box)
            .where(
                _box.c.key == notice.key,
                _box.c.destination == notice.destination,
                _box.c.holder == holder,
                _box.c.state == State.WAITING.value,
            )
            .values(state=receipt.state.value, due=show_time(receipt.due), error=receipt.error, holder=None)
        )
        with self._begin() as connection:
            return connection.execute(done).rowcount > 0

    def posted(self, state: State | None = None) -> Sequence[Posted]:
        asked = select(_box).order_by(_box.c.seq, _box.c.kind, _box.c.key, _box.c.destination)
        if state is not None:
            asked = asked.where(_box.c.state == state.value)
        with self._read() as connection:
            return [_posted(row) for row in connection.execute(asked)]

    def waiting(self) -> Mapping[str, int]:
        asked = (
            select(_box.c.destination, func.count())
            .where(_box.c.state == State.WAITING.value)
            .group_by(_box.c.destination)
        )
        with self._read() as connection:
            return {row[0]: row[1] for row in connection.execute(asked)}

    def retry(self, keys: Collection[str] | None, now: datetime) -> int:
        again = (
            update(_box)
            .where(_box.c.state == State.DEAD.value)
            .values(state=State.WAITING.value, attempts=0, due=show_time(now), holder=None)
        )
        if keys is not None:
            again = again.where(_box.c.key.in_(list(keys)))
        with self._begin() as connection:
            return connection.execute(again).rowcount


def written(notice: Notice) -> dict[str, Any]:
    """The row of a notice that nobody has tried yet."""
    return {
        "key": notice.key,
        "destination": notice.destination,
        "seq": notice.seq,
        "kind": notice.kind,
        "lead": notice.lead,
        "addressee": notice.addressee,
        "body": notice.body,
        "at": show_time(notice.at),
        "state": State.WAITING.value,
        "attempts": 0,
        "due": show_time(AT_ONCE),
        "holder": None,
        "error": None,
    }


def _posted(row: Row[Any], **changed: Any) -> Posted:
    values = {**row._asdict(), **changed}
    notice = Notice(
        values["key"],
        values["destination"],
        values["seq"],
        values["kind"],
        values["lead"],
        values["addressee"],
        values["body"],
        read_time(values["at"]),
    )
    return Posted(
        notice, State(values["state"]), values["attempts"], read_time(values["due"]), values["error"]
    )

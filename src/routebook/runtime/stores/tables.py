"""The tables of a store that is a database, the same in every one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Sequence, Table, Text

VERSION: Final = 2
"""Of the tables' layout. A store of an older version is upgraded by the steps in `layouts`, which say what changed."""

metadata: Final = MetaData()

_Seq: Final = BigInteger().with_variant(Integer(), "sqlite")

numbers: Final = Sequence("routebook_numbers", metadata=metadata)
"""Where sessions that write at the same time take the log's numbers from. SQLite has no sequences and needs none."""

meta: Final = Table(
    "routebook_meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
texts: Final = Table(
    "routebook_texts",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
)
log: Final = Table(
    "routebook_log",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("chain", Text, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("rep", Text),
    Column("pool", Text),
    Column("body", Text, nullable=False),
    Index("routebook_log_lead", "lead", "seq"),
)
# unique, so that two processes cannot both route a lead that neither has seen
Index(
    "routebook_log_round",
    log.c.lead,
    log.c.round,
    unique=True,
    sqlite_where=log.c.kind == "assignment",
    postgresql_where=log.c.kind == "assignment",
)
leads: Final = Table(
    "routebook_leads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("round", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("rep", Text),
    Column("pool", Text),
    Column("queue", Text),
    Column("sla", Text),
    Column("at", Text, nullable=False),
    Column("until", Text),
    Index("routebook_leads_status", "status", "seq"),
    sqlite_with_rowid=False,
)
rotations: Final = Table(
    "routebook_rotations",
    metadata,
    Column("key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    sqlite_with_rowid=False,
)
reps: Final = Table(
    "routebook_reps",
    metadata,
    Column("id", Text, primary_key=True),
    Column("active", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False, server_default="0"),
    Column("presence", Text),
    sqlite_with_rowid=False,
)
weeks: Final = Table(
    "routebook_weeks",
    metadata,
    Column("rep", Text, primary_key=True),
    Column("monday", Text, primary_key=True),
    Column("days", Text, nullable=False),
    sqlite_with_rowid=False,
)
stickies: Final = Table(
    "routebook_stickies",
    metadata,
    Column("pool", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("rep", Text, nullable=False),
    Column("at", Text, nullable=False),
    sqlite_with_rowid=False,
)
results: Final = Table(
    "routebook_results",
    metadata,
    Column("rep", Text, primary_key=True),
    Column("segment", Text, primary_key=True),
    Column("won", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    sqlite_with_rowid=False,
)
chains: Final = Table(
    "routebook_chains",
    metadata,
    Column("name", Text, primary_key=True),
    Column("length", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    sqlite_with_rowid=False,
)
firsts: Final = Table(
    "routebook_firsts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("lead", Text, nullable=False),
    Column("at", Text, nullable=False),
    sqlite_with_rowid=False,
)
outbox: Final = Table(
    "routebook_outbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Text, nullable=False),
    Column("holder", Text),
    Column("error", Text),
    sqlite_with_rowid=False,
)
# of those that wait alone: the others are the many
Index(
    "routebook_outbox_due",
    outbox.c.due,
    outbox.c.seq,
    sqlite_where=outbox.c.state == "waiting",
    postgresql_where=outbox.c.state == "waiting",
)

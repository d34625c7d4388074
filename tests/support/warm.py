"""Imported once by the process that others are forked from: what they all need, read and checked already."""

from __future__ import annotations

import psycopg  # noqa: F401
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite  # noqa: F401

import routebook.runtime.notices.delivering
import routebook.runtime.stores.postgres
import routebook.runtime.stores.sqlite  # noqa: F401
from support.faulty import policy, roster

policy().leaf  # noqa: B018
roster()

"""Moments as texts of a database."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


# the leads of a batch share their moment
@lru_cache(maxsize=1024)
def show_time(moment: datetime) -> str:
    """A moment so that texts sort as moments do: UTC, always with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)

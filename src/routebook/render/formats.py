"""What every output format is: a name, and a function from a result and a style to text.

Each kind of result has its own tuple of formats, in `findings.py`, `explanations.py`, `graphs.py`, `tests.py`
and `rows.py`; a new format is a file, and a line in one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from routebook.render.paint import Style

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Format(Generic[T]):
    """One way to write a result of one kind. `name` is what `--format` calls it."""

    name: str
    render: Callable[[T, Style], str]
    doc: str


def named(formats: Sequence[Format[T]], name: str) -> Format[T]:
    """The format of that name; raises KeyError where there is none."""
    for candidate in formats:
        if candidate.name == name:
            return candidate
    raise KeyError(name)

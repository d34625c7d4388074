"""What is wrong with a roster, while its values are being read and before it has a place in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic_core import PydanticCustomError

from routebook.diagnostics import Kind, Severity

INVALID_ROSTER: Final = Kind("RB205", "invalid-roster", Severity.ERROR)

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands: the keys and list positions that lead to it."""

MISFIT: Final = "roster"
"""The type that pydantic's errors carry where the words are already ours."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands below the value being read, what is wrong, and what to do.

    `key` is whether the key is to blame rather than its value.
    """

    path: Path
    message: str
    help: str | None = None
    key: bool = False


def misfit(problems: Sequence[Problem]) -> PydanticCustomError:
    """The error that a validator raises for these problems, all of them at once."""
    words = "; ".join(problem.message for problem in problems)
    return PydanticCustomError(MISFIT, "{words}", {"words": words, "problems": tuple(problems)})

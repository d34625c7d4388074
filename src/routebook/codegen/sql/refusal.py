"""What a dialect cannot do exactly is refused by name, never approximated."""

from __future__ import annotations

from collections.abc import Sequence

from routebook.diagnostics import RoutebookError


class Unable(Exception):
    """Why one comparison, field or constant cannot be kept; who asked for it says where it stands."""


class SqlRefused(RoutebookError):
    """The policy has what the dialect cannot do exactly. `reasons` has a line for each such place."""

    def __init__(self, dialect: str, reasons: Sequence[str]) -> None:
        self.reasons = tuple(dict.fromkeys(reasons))
        super().__init__("\n".join([f"{dialect} cannot keep the policy exactly:", *self.reasons]))

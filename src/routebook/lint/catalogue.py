"""Every kind of finding that there is."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from routebook.check.kinds import KINDS as CHECK_KINDS
from routebook.diagnostics import Kind
from routebook.lint.kinds import INVALID_ACCOUNTS, INVALID_SETTINGS
from routebook.lint.registry import LINTS
from routebook.lint.rules import unused_allowance
from routebook.roster.problems import INVALID_ROSTER
from routebook.syntax.kinds import KINDS as SYNTAX_KINDS
from routebook.text import nearest

LINT_KINDS: Final[tuple[Kind, ...]] = (*(row.kind for row in LINTS), unused_allowance.KIND)
"""The kinds whose level settings may set."""

KINDS: Final[tuple[Kind, ...]] = tuple(
    sorted(
        (*SYNTAX_KINDS, *CHECK_KINDS, INVALID_ROSTER, INVALID_SETTINGS, INVALID_ACCOUNTS, *LINT_KINDS),
        key=lambda kind: kind.code,
    )
)
"""All of them, by code. A name belongs to one kind; RB201 alone is the code of two, a pool's and a rep's."""

PAGES: Final = MappingProxyType(
    {**{row.kind.name: row.page for row in LINTS}, unused_allowance.KIND.name: unused_allowance.PAGE}
)
"""The documentation page of each lint, by the name of its finding."""


def meant_by(word: str, kinds: Iterable[Kind]) -> str | None:
    """The name or code among these kinds that a misspelt word is closest to."""
    return nearest(word, [text for kind in kinds for text in (kind.name, kind.code)])


def named(word: str) -> tuple[Kind, ...]:
    """The kinds of that code or name: none where there is none, two for the code RB201."""
    return tuple(kind for kind in KINDS if word in (kind.code, kind.name))

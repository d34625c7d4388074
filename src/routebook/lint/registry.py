"""Every lint, in one list. A new one is a file in `rules/`, a line here and a golden case."""

from __future__ import annotations

from typing import Final

from routebook.lint.model import Lint
from routebook.lint.rules import (
    allowance_without_reason,
    empty_pool,
    negation_includes_missing,
    unknown_pool,
    unknown_rep,
    unused_name,
)

LINTS: Final[tuple[Lint, ...]] = (
    unknown_pool.LINT,
    unknown_rep.LINT,
    empty_pool.LINT,
    negation_includes_missing.LINT,
    unused_name.LINT,
    allowance_without_reason.LINT,
)

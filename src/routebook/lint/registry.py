"""Every lint, in one list. A new one is a file in `rules/`, a line here and a golden case."""

from __future__ import annotations

from typing import Final

from routebook.lint.model import Lint
from routebook.lint.rules import (
    allowance_without_reason,
    contradictory_condition,
    empty_pool,
    may_end_unassigned,
    negation_includes_missing,
    nobody_qualifies,
    not_exact,
    redundant_condition,
    redundant_rule,
    unassigned_leads,
    unknown_pool,
    unknown_rep,
    unreachable_rule,
    unused_name,
)

LINTS: Final[tuple[Lint, ...]] = (
    unreachable_rule.LINT,
    contradictory_condition.LINT,
    unassigned_leads.LINT,
    redundant_condition.LINT,
    redundant_rule.LINT,
    unknown_pool.LINT,
    unknown_rep.LINT,
    empty_pool.LINT,
    may_end_unassigned.LINT,
    nobody_qualifies.LINT,
    negation_includes_missing.LINT,
    unused_name.LINT,
    not_exact.LINT,
    allowance_without_reason.LINT,
)

"""Everything that `check` asks of a policy that reads and types well, and who may silence it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from routebook.check.policy import CheckedPolicy
from routebook.diagnostics import Diagnostic, Kind
from routebook.plan.tree import Tree
from routebook.roster import Roster


@dataclass(frozen=True, slots=True)
class Subject:
    """What is linted: a policy, its evaluation tree, and the roster that it is to run with, where known."""

    policy: CheckedPolicy
    tree: Tree
    roster: Roster | None


@dataclass(frozen=True, slots=True)
class Lint:
    """A lint: the kinds of finding that it can give, and the function that looks for them."""

    kinds: tuple[Kind, ...]
    find: Callable[[Subject], Sequence[Diagnostic]]


LINTS: Final[tuple[Lint, ...]] = ()


def lint(subject: Subject, levels: Mapping[str, str] | None = None) -> tuple[Diagnostic, ...]:
    """Every lint's findings; `levels` sets another severity, or `off`, by a finding's code or name."""
    raise NotImplementedError

"""What a lint is, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypeVar

from routebook.check.policy import CheckedPolicy
from routebook.diagnostics import Diagnostic, Kind
from routebook.plan.tree import Tree
from routebook.roster import Roster

T = TypeVar("T")

Level: TypeAlias = Literal["off", "info", "warning", "error"]
Levels: TypeAlias = Mapping[str, Level]
"""The levels that settings give to findings, by code or by name."""

NO_LEVELS: Levels = MappingProxyType({})


@dataclass(frozen=True)
class Subject:
    """What is linted: a policy, its evaluation tree, and the roster that it is to run with, where known.

    `used_outside` holds the names that something other than the policy uses, such as the settings' handoff.
    `people` are the values of the reps' fields by rep id, normalised as the policy declares them; `budget` is how
    many seconds proofs may take, None for as long as it takes; `progress` is told the phase of a proof, and how
    much of it is done, of how much.
    """

    policy: CheckedPolicy
    tree: Tree
    roster: Roster | None
    used_outside: frozenset[str] = frozenset()
    people: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    budget: float | None = None
    progress: Callable[[str, int, int], None] | None = None
    _shared: dict[Callable[[Any], Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, make: Callable[[Subject], T]) -> T:
        """What `make` makes of this subject, worked out once for all the lints that ask for it."""
        if make not in self._shared:
            self._shared[make] = make(self)
        shared: T = self._shared[make]
        return shared


@dataclass(frozen=True, slots=True)
class Lint:
    """One lint: the kind of finding that it gives, the function that looks, and its page of documentation.

    A lint that needs the roster is left out where there is none. What a `proof` lint finds rests on a proof
    that may have been cut short: then an allowance for it that silenced nothing is not called unused.
    """

    kind: Kind
    find: Callable[[Subject], Iterable[Diagnostic]]
    page: str
    needs_roster: bool = False
    proof: bool = False

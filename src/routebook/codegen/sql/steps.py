"""The steps of a query: the columns of leads that it needs, then what is worked out from them, each thing once.

A step is a subquery that keeps the columns of the one before it and adds its own. What needs only earlier columns
stands in the earliest step that has them, so that a define that a thousand rules ask of is a column, not a
thousand copies.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlglot import exp

from routebook.codegen.sql.dialects import Dialect, Sql
from routebook.codegen.sql.leads import Form, LeadColumn, lead_column
from routebook.codegen.sql.refusal import Unable
from routebook.types import Field

MAX_STEPS: Final = 60
"""So many steps, each over the one before it, every engine takes."""


def column(name: str) -> Sql:
    """A column of a step."""
    return exp.column(exp.to_identifier(name, quoted=True))


_RESERVED: Final = (
    *("lead", "place", "word", "bit", "rule", "plan", "policy", "member", "wanted"),
    # those of SQLite's json_each, in the scope of which a column of ours may stand
    *("key", "value", "type", "atom", "id", "parent", "fullkey", "path", "json", "root"),
)


@dataclass
class Steps:
    """The columns made so far. Names are unique whatever their case; nothing but letters of the policy is in them."""

    dialect: Dialect
    leads: dict[tuple[str, Form], tuple[LeadColumn, str]] = field(default_factory=dict)
    moments: dict[str, Sql] = field(default_factory=dict)
    levels: list[dict[str, Sql]] = field(default_factory=list)
    _names: set[str] = field(default_factory=lambda: set(_RESERVED))
    _made: dict[Any, tuple[str, int]] = field(default_factory=dict)
    _needs: list[int] = field(default_factory=lambda: [0])

    def name(self, wanted: str) -> str:
        """A name for a column that no other has."""
        plain = re.sub(r"[^A-Za-z0-9_]", "_", wanted)[:48]
        name, number = plain, 1
        while name.casefold() in self._names:
            number += 1
            name = f"{plain}_{number}"
        self._names.add(name.casefold())
        return name

    def lead(self, declared: Field, form: Form) -> Sql:
        """A column of the table of leads."""
        key = declared.name, form
        if key not in self.leads:
            found = lead_column(declared, form, self.dialect)
            for other, _ in self.leads.values():
                if self._alike(other.name, found.name):
                    raise Unable(f"the columns `{other.name}` and `{found.name}` would be one and the same")
            self.leads[key] = found, self.name(found.name)
        return column(self.leads[key][1])

    def _alike(self, one: str, other: str) -> bool:
        return one == other or (self.dialect.one_case and one.casefold() == other.casefold())

    def moment(self, wanted: str, make: Callable[[], Sql]) -> Sql:
        """A column that is the same for every lead: the present, in one form or another."""
        key = "moment", wanted
        if key not in self._made:
            name = self.name(wanted)
            self.moments[name] = make()
            self._made[key] = name, 0
        return column(self._made[key][0])

    def worked_out(self, key: Any, wanted: str, make: Callable[[], Sql]) -> Sql:
        """A column that `make` works out from others; the same for the same key."""
        if key not in self._made:
            self._needs.append(0)
            sql = make()
            level = self._needs.pop()
            if level >= MAX_STEPS:
                raise Unable(f"definitions build on each other in more than {MAX_STEPS} steps")
            while len(self.levels) <= level:
                self.levels.append({})
            name = self.name(wanted)
            self.levels[level][name] = sql
            self._made[key] = name, level + 1
        name, level = self._made[key]
        self._needs[-1] = max(self._needs[-1], level)
        return column(name)

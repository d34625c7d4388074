"""# empty-pool (RB202)

An error: the policy draws from a pool without a single active member.

Such a target declines every lead, as one with an unknown pool does. A pool gets there unnoticed, when its last
member leaves the company and is set to `active = false`. A member who is away, off shift, full or paused
(`weight = 0`) still counts: that passes.

The check needs a roster (`--roster`, or `roster` in `routebook.toml`); without one it asks nothing.

## Bad

```toml roster.toml
[pools.partners]
members = ["ana"]

[reps.ana]
name = "Ana Pop"
active = false
hours = { "mon-fri" = "09:00-17:00" }
```

```route
lead {
  id:         id
  is_partner: bool
}

when is_partner round_robin partners then queue triage

else queue triage
```

## Good

```toml roster.toml
[pools.partners]
members = ["ana", "bogdan"]

[reps.ana]
name = "Ana Pop"
active = false
hours = { "mon-fri" = "09:00-17:00" }

[reps.bogdan]
name = "Bogdan Ionescu"
hours = { "mon-fri" = "09:00-17:00" }
```

```route
lead {
  id:         id
  is_partner: bool
}

when is_partner round_robin partners then queue triage

else queue triage
```

## Allowing it

While a pool is being staffed, `# allow: empty-pool -- filled from May on` stands above the line that names it. A
pool that several lines name is one finding, at the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Label, Severity
from routebook.lint.mentions import pools
from routebook.lint.model import Lint, Subject
from routebook.roster.model import EVERYBODY
from routebook.text import listed

KIND: Final = Kind("RB202", "empty-pool", Severity.ERROR)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The pools that the policy names in which nobody is active."""
    roster = subject.roster
    assert roster is not None
    for name, places in pools(subject).items():
        if not roster.has_pool(name) or any(rep.active for rep in roster.members(name)):
            continue
        message, help = _words(name, [f"`{rep.id}`" for rep in roster.members(name)])
        related = tuple(Label(place.span, "and here") for place in places[1:])
        yield Diagnostic(KIND, message, places[0].span, "nobody is in it", related, help=help)


def _words(name: str, members: list[str]) -> tuple[str, str]:
    if name == EVERYBODY:
        return "nobody would get these leads: the roster has no active rep", "activate somebody"
    if not members:
        message = f"nobody would get these leads: the pool `{name}` has no members"
        return message, f"add somebody to `[pools.{name}]` in the roster"
    shown = listed(members) if len(members) <= 8 else f"{', '.join(members[:8])} …"
    help = f"its members are {shown}: activate one, or add somebody"
    return f"nobody would get these leads: no member of `{name}` is active", help


LINT: Final = Lint(KIND, find, __doc__, needs_roster=True)

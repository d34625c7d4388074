"""# unknown-pool (RB201)

An error: the policy draws from a pool that the roster does not have.

Every lead whose turn comes at that target would pass it by, and end in whatever comes next, or nowhere. Nobody
would be told: to the router, a pool that is not there has nobody in it. Pools are looked up wherever a target
names one: in rules, after `then`, in the arms of a split and in the steps of an `sla`.

The check needs a roster (`--roster`, or `roster` in `routebook.toml`); without one it asks nothing.

## Bad

```toml roster.toml
[pools.senior_health]
members = ["ana"]

[reps.ana]
name = "Ana Pop"
hours = { "mon-fri" = "09:00-17:00" }
```

```route
lead {
  id:       id
  industry: one of ["health", "finance", "other"]
}

when industry == "health" assign pool senior_helth by load then queue triage

else queue triage
```

## Good

```route
lead {
  id:       id
  industry: one of ["health", "finance", "other"]
}

when industry == "health" assign pool senior_health by load then queue triage

else queue triage
```

## Allowing it

While a pool is still to come, `# allow: unknown-pool -- the pool starts in May` stands above the line that names
it. A pool that several lines name is one finding, at the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Label, Severity
from routebook.lint.mentions import pools
from routebook.lint.model import Lint, Subject
from routebook.text import nearest

KIND: Final = Kind("RB201", "unknown-pool", Severity.ERROR)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The pools that the policy names and the roster lacks."""
    roster = subject.roster
    assert roster is not None
    for name, places in pools(subject).items():
        if roster.has_pool(name):
            continue
        meant = nearest(name, roster.pools)
        help = (
            f"did you mean `{meant}`?"
            if meant
            else f"declare `[pools.{name}]` in the roster, with its members"
        )
        message = f"nobody would get these leads: the roster has no pool `{name}`"
        related = tuple(Label(place.span, "and here") for place in places[1:])
        yield Diagnostic(KIND, message, places[0].span, "not in the roster", related, help=help)


LINT: Final = Lint(KIND, find, __doc__, needs_roster=True)

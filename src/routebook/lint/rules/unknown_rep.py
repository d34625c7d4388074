"""# unknown-rep (RB201)

An error: the policy gives leads to a rep that the roster does not have.

`assign rep "ana"` declines when nobody is called so, and the lead goes on to the next target, or stays
unassigned. Ids are compared letter by letter, so that `Ana` is not `ana`. Looked up are the ids in
`assign rep "…"`, the values of a `derive` of reps that a target assigns, and those in `expect rep "…"`. Ids that
conditions compare with are not: the owner of an old account may have left.

The check needs a roster (`--roster`, or `roster` in `routebook.toml`); without one it asks nothing.

## Bad

```toml roster.toml
[reps.ana]
name = "Ana Pop"
hours = { "mon-fri" = "09:00-17:00" }
```

```route
lead {
  id:         id
  deal_value: decimal 0..
}

when deal_value >= 100_000 assign rep "anna" then queue triage

else queue triage
```

## Good

```route
lead {
  id:         id
  deal_value: decimal 0..
}

when deal_value >= 100_000 assign rep "ana" then queue triage

else queue triage
```

## Allowing it

While a rep is still to come, `# allow: unknown-rep -- starts in May` stands above the line that names them. A rep
that several lines name is one finding, at the first of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Label, Severity
from routebook.lint.mentions import reps
from routebook.lint.model import Lint, Subject
from routebook.roster import Roster
from routebook.text import nearest

KIND: Final = Kind("RB201", "unknown-rep", Severity.ERROR)

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
"""The keys that TOML takes without quotes."""


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The reps that the policy names and the roster lacks."""
    roster = subject.roster
    assert roster is not None
    for id, places in reps(subject).items():
        if id in roster.reps:
            continue
        message = f"this rep never gets a lead: the roster has no rep `{id}`"
        related = tuple(Label(place.span, "and here") for place in places[1:])
        yield Diagnostic(KIND, message, places[0].span, "not in the roster", related, help=_help(id, roster))


def _help(id: str, roster: Roster) -> str:
    by_name = next((rep.id for rep in roster.reps.values() if id in (rep.name, rep.email)), None)
    meant = by_name or nearest(id, roster.reps)
    key = id if _BARE.fullmatch(id) else json.dumps(id, ensure_ascii=False)
    return f"did you mean `{meant}`?" if meant else f"declare `[reps.{key}]` in the roster"


LINT: Final = Lint(KIND, find, __doc__, needs_roster=True)

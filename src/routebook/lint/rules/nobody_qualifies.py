"""# nobody-qualifies (RB204)

A warning: leads come to a pool in which nobody passes `where`.

For such leads the target always declines, whoever is at work. The roster is part of the proof: `where` is worked
out for every active member, and the leads for which all of them fail are shown, with what each member fails for the
first of those leads, and the values met.

The check needs a roster (`--roster`, or `roster` in `routebook.toml`); without one it asks nothing.

## Bad

```toml roster.toml
[pools.sales]
members = ["ana", "bogdan"]

[reps.ana]
name = "Ana Pop"
hours = "always"
languages = ["en", "ro"]

[reps.bogdan]
name = "Bogdan Ionescu"
hours = "always"
languages = ["en"]
```

```route
lead {
  id:       id
  language: one of ["en", "es", "ro"]
}

rep {
  languages: set of ["en", "es", "ro"]
}

else round_robin sales
    where rep.languages has language
  then queue triage
```

## Good

```toml roster.toml
[pools.sales]
members = ["ana", "bogdan"]

[reps.ana]
name = "Ana Pop"
hours = "always"
languages = ["en", "ro"]

[reps.bogdan]
name = "Bogdan Ionescu"
hours = "always"
languages = ["en", "es"]
```

```route
lead {
  id:       id
  language: one of ["en", "es", "ro"]
}

rep {
  languages: set of ["en", "es", "ro"]
}

else round_robin sales
    where rep.languages has language
  then queue triage
```

## Allowing it

Where the next target is there for exactly these leads:
`# allow: nobody-qualifies -- Spanish goes to the partner's queue`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.analysis.people import Nobody
from routebook.diagnostics import Diagnostic, Kind, Label, Region, Severity
from routebook.lint.model import Lint, Subject
from routebook.lint.proofs import called, proof_of
from routebook.roster import Roster

KIND: Final = Kind("RB204", "nobody-qualifies", Severity.WARNING)
_SHOWN: Final = 8


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The targets in whose pool nobody passes, for some leads that come to them."""
    roster = subject.roster
    assert roster is not None
    for nobody in subject.once(proof_of).people:
        yield _finding(nobody, roster)


def _finding(nobody: Nobody, roster: Roster) -> Diagnostic:
    asked = nobody.asked
    first = nobody.regions[0]
    message = f"nobody in `{asked.target.pool}` qualifies for some leads of {called(asked.rule)}"
    if first.text != "true":
        message += f": {first.said('all of them') if first.when == 'true' else f'those where {first.text}'}"
    related = []
    for member, lack in nobody.lacks[:_SHOWN]:
        span = roster.span("reps", member, key=True)
        if span is not None:
            related.append(Label(span, f"`{member}` fails where {lack}"))
    return Diagnostic(
        KIND,
        message,
        asked.where.span,
        "nobody passes",
        tuple(related),
        "add somebody who does, or let the lead go elsewhere",
        rule=asked.rule.rule,
        witness=first.witness,
        regions=tuple(
            Region(region.said("every lead of the rule"), region.witness) for region in nobody.regions
        ),
    )


LINT: Final = Lint(KIND, find, __doc__, needs_roster=True, proof=True)

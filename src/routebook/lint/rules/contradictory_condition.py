"""# contradictory-condition (RB102)

An error: no lead can satisfy this condition, whatever the other rules do.

The parts that exclude each other are pointed at, as few as it takes; some may stand in the conditions of the
blocks around the rule. A define counts as one part.

## Bad

```route
lead {
  id:      id
  country: country
  title:   text optional
}

rule board when country == "DE" and title contains "vice president" and not title contains "president" queue board

else queue triage
```

## Good

```route
lead {
  id:      id
  country: country
  title:   text optional
}

rule board when country == "DE" and title contains "vice president" queue board

else queue triage
```

## Allowing it

There is seldom a reason; to switch a rule off for a while, say so:
`# allow: contradictory-condition -- off until the pool is staffed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.analysis.reach import Contradictory
from routebook.diagnostics import Diagnostic, Kind, Label, Severity
from routebook.lint.model import Lint, Subject
from routebook.lint.proofs import proof_of, subject_of
from routebook.plan.tree import Branch

KIND: Final = Kind("RB102", "contradictory-condition", Severity.ERROR)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The rules and blocks whose conditions no lead satisfies."""
    for verdict in subject.once(proof_of).verdicts:
        if isinstance(verdict, Contradictory):
            yield _finding(verdict)


def _finding(verdict: Contradictory) -> Diagnostic:
    node = verdict.entry.node
    verb = "enters" if isinstance(node, Branch) else "satisfies the condition of"
    first, *others = reversed(verdict.parts)  # the last is the rule's own, where any is
    if not others:
        message = f"no lead {verb} {subject_of(verdict)}: `{first.span.text}` can never hold"
        return Diagnostic(
            KIND, message, first.span, "never true", help="correct it, or take the rule out", rule=node.rule
        )
    message = f"no lead {verb} {subject_of(verdict)}: its parts exclude each other"
    related = tuple(Label(part.span, "where this holds") for part in reversed(others))
    help = "correct one of them, or take the rule out"
    return Diagnostic(KIND, message, first.span, "this cannot hold", related, help, rule=node.rule)


LINT: Final = Lint(KIND, find, __doc__, proof=True)

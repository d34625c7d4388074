"""# unassigned-leads (RB103)

An error: there are leads that no rule takes.

All such leads are shown, as few regions that read like conditions, each with one lead that was tried and that no
rule took. A region may say that some rules take leads out of it; it never leaves a lead out. Missing values are
what is forgotten most often: a comparison with a missing value is false.

## Bad

```route
lead {
  id:        id
  employees: integer 1..  optional
  country:   country
}

when employees >= 1000 queue enterprise
when employees < 1000  queue smb
```

## Good

```route
lead {
  id:        id
  employees: integer 1..  optional
  country:   country
}

when employees >= 1000 queue enterprise
when employees < 1000  queue smb
when employees is missing queue triage
```

## Allowing it

A policy that leaves leads to another system says so above its last rule:
`# allow: unassigned-leads -- partners route what is left`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Region, Severity
from routebook.lint.model import Lint, Subject
from routebook.lint.proofs import proof_of
from routebook.source import after_line
from routebook.text import counted

KIND: Final = Kind("RB103", "unassigned-leads", Severity.ERROR)

_FIX: Final = "else queue triage"
"""A rule for the leads of one region would repeat what the rules before it have left over anyway (RB104)."""
_FIX_BEHIND_ELSE: Final = "when true queue triage"
"""A list of rules has one bare `else`: where that is a block that leaves leads over, the last rule is none."""
_ALL: Final = "every lead"


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The leads that no rule takes, in one finding."""
    gap = subject.once(proof_of).gap
    if gap is None:
        return
    rules = subject.policy.rules
    first, last = gap.regions[0], rules[-1]
    fix = _FIX_BEHIND_ELSE if any(rule.condition is None for rule in rules) else _FIX
    message = "some leads stay unassigned: "
    if first.when == "true" and first.note:
        message += first.said(_ALL)
    else:
        message += "no rule takes them" + ("" if first.when == "true" else f" where {first.text}")
    if len(gap.regions) > 1:
        message += f", and in {counted(len(gap.regions) - 1, 'more case')}"
    yield Diagnostic(
        KIND,
        message,
        last.head,
        "the last rule",
        help="take them at the end of the policy",
        fix=f"\n\n{fix}" if "\n" in last.span.text else f"\n{fix}",
        fix_at=after_line(last.span),
        witness=first.witness,
        regions=tuple(Region(region.said(_ALL), region.witness) for region in gap.regions),
    )


LINT: Final = Lint(KIND, find, __doc__, proof=True)

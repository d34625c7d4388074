"""# may-end-unassigned (RB203)

A warning: every target of a plan can decline, so a lead may end with nobody.

A pool declines where nobody in it is eligible, a `hold` when its time is up, `assign rep` where that rep is away
or full. Only a queue, `nurture` and `reject` never decline. What such a plan ends in is pointed at, once for all
the rules whose plans end there. Rules that no lead reaches are left out.

## Bad

```route
lead {
  id:    id
  score: integer 0..100
}

when score >= 70 round_robin seniors

else round_robin all
```

## Good

```route
lead {
  id:    id
  score: integer 0..100
}

when score >= 70 round_robin seniors

else round_robin all
  then queue triage
```

## Allowing it

Where an unassigned lead is what is wanted, because somebody looks after those:
`# allow: may-end-unassigned -- the manager works the report every morning`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.analysis.proof import leaf_of
from routebook.analysis.reach import Blocked, Contradictory
from routebook.check.targets import never_declines
from routebook.diagnostics import Diagnostic, Kind, Severity
from routebook.lint.model import Lint, Subject
from routebook.lint.proofs import names, proof_of
from routebook.plan.tree import Leaf, RuleNode

KIND: Final = Kind("RB203", "may-end-unassigned", Severity.WARNING)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The ends of plans that can decline, each once."""
    ends: dict[int, list[Leaf]] = {}
    for verdict in subject.once(proof_of).verdicts:
        leaf = leaf_of(verdict)
        if leaf is None or isinstance(verdict, Blocked | Contradictory):
            continue
        last = leaf.plan.targets[-1].target
        if not never_declines(last):
            ends.setdefault(id(last), []).append(leaf)
    for leaves in ends.values():
        last = leaves[0].plan.targets[-1].target
        nodes: list[RuleNode] = list(leaves)
        message = f"a lead may end unassigned: `{last.text}` can decline, and nothing comes after it for {names(nodes)}"
        help = "let a queue come last: `then queue triage`"
        yield Diagnostic(KIND, message, last.span, "may decline", help=help, rule=leaves[0].rule)


LINT: Final = Lint(KIND, find, __doc__, proof=True)

"""# redundant-rule (RB105)

A warning: without this rule every lead would go the same way, because the rules after it would take its leads
and do exactly the same with them.

What plans and SLAs come to is compared, not names or wording. Each rule is judged with all the others in place: of
two rules that make each other redundant, take one out and check again. Turns are not compared: in a pool that the
roster gives `scope = "rule"`, each rule has a rotation of its own.

## Bad

```route
lead {
  id:      id
  country: country
}

rule germany when country == "DE"               queue dach
rule dach    when country in ["DE", "AT", "CH"] queue dach

else queue triage
```

## Good

```route
lead {
  id:      id
  country: country
}

rule dach when country in ["DE", "AT", "CH"] queue dach

else queue triage
```

## Allowing it

A rule that is kept for its name in reports: `# allow: redundant-rule -- reported apart`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Label, Severity
from routebook.lint.model import Lint, Subject
from routebook.lint.proofs import called, names, proof_of

KIND: Final = Kind("RB105", "redundant-rule", Severity.WARNING)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The rules that change nothing."""
    for rule in subject.once(proof_of).redundant:
        node = rule.entry.node
        instead = [entry.node for entry in rule.instead]
        verb = "does" if len(instead) == 1 else "do"
        message = f"{called(node)} changes nothing: {names(instead)} would take its leads and {verb} the same"
        related = tuple(Label(each.span, "would take its leads", each.rule) for each in instead)
        yield Diagnostic(KIND, message, node.span, "changes nothing", related, "take it out", rule=node.rule)


LINT: Final = Lint(KIND, find, __doc__, proof=True)

"""# unreachable-rule (RB101)

An error: no lead can ever reach this rule, because earlier rules together take every lead that it would.

Rules are tried in the order in which they stand, and the first whose condition holds takes the lead. The finding
names the fewest earlier rules that do it together, each by what it would take alone, shows a lead for each, and says
whether they do with its leads what this rule would have done. It is a proof over all leads that fit the policy's
`lead`, missing values included.

A rule whose own condition can never hold is a `contradictory-condition` instead. Rules inside a block that is
itself reported are not reported again, nor is an `else` that nothing reaches but that catches what other rules
could not place, nor the block around such an `else`.

## Bad

```route
lead {
  id:      id
  country: country
  score:   integer 0..100
}

rule warm    when score >= 50                      queue sales
rule dach    when country in ["DE", "AT", "CH"]    queue dach
rule germany when score < 80 and country == "DE"   queue berlin

else queue triage
```

## Good

```route
lead {
  id:      id
  country: country
  score:   integer 0..100
}

rule germany when score < 80 and country == "DE"   queue berlin
rule warm    when score >= 50                      queue sales
rule dach    when country in ["DE", "AT", "CH"]    queue dach

else queue triage
```

## Allowing it

Only a rule that is kept on purpose, such as one that the rules above are about to make room for:
`# allow: unreachable-rule -- from May on, when "warm" goes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.analysis.reach import Blocked, Blocker
from routebook.diagnostics import Diagnostic, Kind, Label, Severity
from routebook.lint.model import Lint, Subject
from routebook.lint.proofs import called, names, proof_of, subject_of

KIND: Final = Kind("RB101", "unreachable-rule", Severity.ERROR)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The rules and blocks that earlier rules keep every lead from."""
    for verdict in subject.once(proof_of).verdicts:
        if isinstance(verdict, Blocked):
            yield _finding(verdict)


def _finding(verdict: Blocked) -> Diagnostic:
    node = verdict.entry.node
    blockers = [blocker.entry.node for blocker in verdict.blockers]
    is_same = all(blocker.does_the_same for blocker in verdict.blockers)
    together = "together take" if len(blockers) > 1 else "takes"
    message = f"no lead reaches {subject_of(verdict)}: {names(blockers)} {together} every lead that it would"
    if verdict.entry.is_leaf:
        message += f", {'with' if is_same else 'not with'} the same outcome"
    related = tuple(_label(blocker, len(blockers), is_same) for blocker in verdict.blockers)
    help = "take it out"
    if is_same:
        help += ": nothing changes"
    elif verdict.above is not None:
        help += f", or move it above {called(verdict.above)}"
    if not verdict.fewest:
        help += "; there was no time to prove that fewer rules would not do"
    return Diagnostic(KIND, message, node.span, "never reached", related, help, rule=node.rule)


def _label(blocker: Blocker, count: int, is_same: bool) -> Label:
    node = blocker.entry.node
    message = "takes some of its leads" if count > 1 else "takes all of its leads"
    if blocker.does_the_same and not is_same:
        message += ", with the same outcome"
    return Label(node.span, message, node.rule, blocker.witness)


LINT: Final = Lint(KIND, find, __doc__, proof=True)

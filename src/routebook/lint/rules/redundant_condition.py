"""# redundant-condition (RB104)

A warning: this part of a condition changes nothing, because it is always true, or always false, where it matters.

Either the rest of the condition implies it, or earlier rules have taken every lead for which it would matter. It
is a proof: with the part left out, every lead would still go the same way. Most often it is a sign that something
else was meant. A whole condition is not reported for what earlier rules took: a last rule may well say what is left.

## Bad

```route
lead {
  id:    id
  score: integer 0..100
  vip:   bool
}

rule hot  when score >= 70                queue hot
rule warm when score >= 50 and score < 70 queue warm

else queue cold
```

## Good

```route
lead {
  id:    id
  score: integer 0..100
  vip:   bool
}

rule hot  when score >= 70 queue hot
rule warm when score >= 50 queue warm

else queue cold
```

## Allowing it

Where a rule is to read on its own, whatever stands above it:
`# allow: redundant-condition -- each tier states its own bounds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.analysis.model import Entry
from routebook.analysis.reach import fallback_in
from routebook.analysis.redundant import RedundantPart
from routebook.diagnostics import Diagnostic, Kind, Label, Severity
from routebook.lint.model import Lint, Subject
from routebook.lint.proofs import called, names, proof_of
from routebook.plan.tree import Branch, Tree

KIND: Final = Kind("RB104", "redundant-condition", Severity.WARNING)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The parts of conditions that change nothing."""
    for part in subject.once(proof_of).parts:
        yield _finding(part, subject.tree)


def _finding(redundant: RedundantPart, tree: Tree) -> Diagnostic:
    node, part = redundant.entry.node, redundant.part
    truth = "true" if redundant.always else "false"
    because = [entry.node for entry in redundant.because_of]
    whole = part is node.condition
    message = f"`{_short(part.span.text)}` changes nothing: it is always {truth}{'' if whole else ' where it matters'}"
    if because:
        message += f", after {names(because)}"
    help = "leave it out, or say what was meant"
    if whole:
        help = f"{called(node)} takes every lead that comes so far: {_instead(redundant.entry, tree)}"
    related = tuple(
        Label(each.span, "takes the leads for which it would matter", each.rule) for each in because
    )
    return Diagnostic(KIND, message, part.span, f"always {truth}", related, help, rule=node.rule)


def _instead(entry: Entry, tree: Tree) -> str:
    """What to do about a condition that is always true; a list of rules has one `else` at most."""
    around = entry.parents[-1] if entry.parents else tree
    assert isinstance(around, Branch | Tree)
    other = next((node for node in around.rules if node.condition is None), None)
    if other is None:
        return "write `else`"
    if other in fallback_in(tree.rules):
        return "say what was meant, or leave it: the `else` after it is the fallback alone"
    return "take out what follows, and write `else`"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:57]}…"


LINT: Final = Lint(KIND, find, __doc__, proof=True)

"""# not-exact (RB303)

An info: something about the policy was not decided, and this is what was assumed instead.

Every other finding of a proof is exact: where there is none, there is nothing to find. This one is given wherever
that cannot be said. Its causes are few:

- a calculation that intervals do not settle, where z3 is not installed (`pip install "routebook[arithmetic]"`) or
  gave up on it;
- a calculation with several numbers, or with a decimal times itself, for which only values were found that no decimal
  has, such as thirds and roots;
- parts of dates, such as `at.date`, compared with other fields, where the whole date or further parts are asked for,
  too, or many dates that all have to differ within few days;
- texts compared with other texts and searched by patterns at the same time, or more than six sets of texts compared
  with each other;
- a field compared with points, or a computed field, of more than 64 values;
- points that count a number field without `up to`, in a range of thousands;
- a pattern with `\\C`, with `(?-i)`, or with more than some ten thousand repetitions, or so many patterns on one text
  that all their combinations are too many;
- a pattern that only a letter with an accent of its own could meet, the two of which other texts have as one letter;
- a lead was found that the evaluator does not confirm: a fault of the analyser, and no policy is known that meets it;
- the time given by `--budget` was up.

Each is written down in our tests as a policy that has it, and none of the policies that come with Routebook has any.

What was assumed never hides a lead that was found, and never makes an error of a rule.

## Bad

```route
lead {
  id:    id
  title: text optional
}

rule short when title matches "^\\\\C\\\\C$" queue short

else queue triage
```

## Good

```route
lead {
  id:    id
  title: text optional
}

rule short when title matches "^..$" queue short

else queue triage
```

## Allowing it

Where the comparison is meant: `# allow: not-exact -- checked by hand`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Severity
from routebook.lint.model import Lint, Subject
from routebook.lint.proofs import proof_of

KIND: Final = Kind("RB303", "not-exact", Severity.INFO)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """What was not decided, each rule once for each reason."""
    seen: set[tuple[str | None, str]] = set()
    for doubt in subject.once(proof_of).doubts:
        if (doubt.rule, doubt.reason) in seen:
            continue
        seen.add((doubt.rule, doubt.reason))
        about = f" for `{doubt.rule}`" if doubt.rule is not None else ""
        message = f"not decided{about}: {doubt.reason}; it is assumed that {doubt.assumed}"
        span = doubt.span or subject.policy.rules[0].head
        yield Diagnostic(KIND, message, span, "not decided", rule=doubt.rule)


LINT: Final = Lint(KIND, find, __doc__, proof=True)

"""# allowance-without-reason (RB304)

A warning: a comment allows a finding and does not say why.

An allowance is a decision that somebody made about a policy, and the next reader has to know whether it still
holds. The reason stands behind two dashes. An allowance without one still silences its finding, so that one
omission is one finding.

## Bad

```route
lead {
  id:      id
  country: country optional
}

# allow: negation-includes-missing
when country not in ["DE", "AT", "CH"] queue international

else queue dach
```

## Good

```route
lead {
  id:      id
  country: country optional
}

# allow: negation-includes-missing -- who gives no country writes from the international form
when country not in ["DE", "AT", "CH"] queue international

else queue dach
```

## Allowing it

Write the reason. A project that wants none sets `allowance-without-reason = "off"` under `[lint]` in
`routebook.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Severity
from routebook.lint.allowances import AllowanceComment, allowance_comments
from routebook.lint.model import Lint, Subject

KIND: Final = Kind("RB304", "allowance-without-reason", Severity.WARNING)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """Allowances without a reason, and those that name nothing at all."""
    for comment in subject.once(allowance_comments):
        if not comment.allowances:
            message = "nothing is allowed by this: it names no finding"
            help = "write for example `# allow: unused-name -- why`"
            yield Diagnostic(KIND, message, comment.span, "a finding's name is missing", help=help)
        elif not comment.reason:
            yield _without_reason(comment)


def _without_reason(comment: AllowanceComment) -> Diagnostic:
    words = ", ".join(f"`{allowance.word}`" for allowance in comment.allowances)
    help = "put the reason behind two dashes" if comment.loose else "add why, behind two dashes"
    written = ", ".join(allowance.word for allowance in comment.allowances)
    return Diagnostic(
        KIND,
        f"the next reader cannot tell why {words} is allowed here",
        comment.span,
        "no reason",
        help=f"{help}: `# allow: {written} -- …`",
    )


LINT: Final = Lint(KIND, find, __doc__)

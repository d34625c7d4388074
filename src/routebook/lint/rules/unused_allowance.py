"""# unused-allowance (RB305)

A warning: a comment allows a finding that is not there.

An allowance that silences nothing is a trap for later. The mistake it was written for is gone, and should the
same mistake come back, on the same line, nobody would hear of it. An allowance for a name that no finding has
never did anything; an error that keeps a policy from running cannot be allowed at all.

A finding that this run did not look for is not counted: allowances for `empty-pool` are left alone when no
roster is given, and so are those of a proof that ran out of time.

## Bad

```route
lead {
  id:    id
  score: integer 0..100
}

# allow: unused-name -- other policies use it
define hot = score >= 70

when hot queue hot_leads

else queue triage
```

## Good

```route
lead {
  id:    id
  score: integer 0..100
}

define hot = score >= 70

when hot queue hot_leads

else queue triage
```

## Allowing it

Take the allowance out. To keep such comments all the same, set `unused-allowance = "off"` under `[lint]` in
`routebook.toml`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Severity
from routebook.lint.allowances import Allowance
from routebook.text import nearest

KIND: Final = Kind("RB305", "unused-allowance", Severity.WARNING)
PAGE: Final = __doc__


def findings(
    unused: Iterable[Allowance],
    judged: Collection[Kind],
    allowable: Collection[Kind],
    known: Collection[Kind],
) -> Iterator[Diagnostic]:
    """The allowances that silenced nothing though they could have, and those that never can.

    `judged` are the kinds that were looked for, `allowable` those that comments may allow, `known` all there are.
    """
    for allowance in unused:
        named = [kind for kind in known if allowance.word in (kind.code, kind.name)]
        if not named:
            yield _unknown(allowance, allowable)
        elif not set(named) & set(allowable):
            yield _never(allowance)
        elif set(named) <= set(judged):
            message = f"nothing is left to allow here: no `{allowance.word}` is found"
            yield Diagnostic(KIND, message, allowance.span, "silences nothing", help="take the allowance out")


def _unknown(allowance: Allowance, allowable: Collection[Kind]) -> Diagnostic:
    word = allowance.word
    meant = nearest(word, [text for kind in allowable for text in (kind.name, kind.code)])
    help = f"did you mean `{meant}`?" if meant else "write the name of a finding, such as `unused-name`"
    message = f"nothing is allowed by this: there is no finding `{word}`"
    return Diagnostic(KIND, message, allowance.span, "silences nothing", help=help)


def _never(allowance: Allowance) -> Diagnostic:
    message = f"nothing is allowed by this: `{allowance.word}` cannot be allowed"
    return Diagnostic(
        KIND, message, allowance.span, "silences nothing", help="mend what it says, and take this out"
    )

"""# negation-includes-missing (RB301)

A warning: a condition that says what a field must not be also holds for leads that do not have the field at all.

A comparison with a missing value is false. What negates one is therefore true: `country != "US"`,
`country not in emea`, `products has none ["crm"]` and `not (score >= 70)` all hold where the optional field is
missing. Who writes "not in EMEA" mostly thinks of other countries, and not of leads whose country nobody knows.

The finding points at the negation. It stays silent wherever the policy has asked already: where a neighbour in
the same conjunction, or the condition of an enclosing block, fails for such leads (`country is known and …`,
`score >= 10 and score != 50`); where a neighbour in an `or` asks for them (`country is missing or …`); and below
a rule that takes the leads without the field, or asks for them. The conditions of `derive`, `points` and `where`
are looked through as those of rules are.

It misses leads that only several earlier rules together keep away or let in, and divisions by zero, whose result
is missing as well.

## Bad

```route
lead {
  id:      id
  country: country optional
}

list dach = ["DE", "AT", "CH"]

when country not in dach queue international

else queue dach
```

## Good

```route
lead {
  id:      id
  country: country optional
}

list dach = ["DE", "AT", "CH"]

when country is known and country not in dach queue international

else queue dach
```

## Allowing it

To let such leads in on purpose, say so: `country is missing or country not in dach`. Or leave the condition and
give the reason above it: `# allow: negation-includes-missing -- no country means the international form`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from routebook.check.conditions import Comparison, Computed, Condition, Derive, FieldRef, Not, Scope
from routebook.check.rules import CheckedAction, CheckedRule
from routebook.check.targets import HoldTarget, PoolTarget, Reassign, SplitTarget, Target
from routebook.diagnostics import Diagnostic, Kind, Label, Severity
from routebook.lint.mentions import slas_in_use
from routebook.lint.missing import Judge, Key, Slip, Slips, key_of, refs_in
from routebook.lint.model import Lint, Subject
from routebook.source import Source, Span
from routebook.syntax import words
from routebook.syntax.parse import parse
from routebook.syntax.tree import DefineItem
from routebook.text import listed

KIND: Final = Kind("RB301", "negation-includes-missing", Severity.WARNING)

_SHORT: Final = 80
"""So many characters of a condition are repeated in words; the text to paste has all of it."""


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The negations of a policy that let missing values in unnoticed."""
    search = _Search()
    search.rules(subject.policy.rules, frozenset())
    for computed in subject.policy.computed.values():
        search.computed(computed)
    for name in slas_in_use(subject):
        for step in subject.policy.slas[name].steps:
            search.targets([t for t in step.then if not isinstance(t, Reassign)], frozenset(), None)
    for key, slip in search.slips.found.items():
        yield _finding(slip, *search.uses[key])


@dataclass
class _Search:
    """Goes through a policy in the order in which it is tried, and keeps where each slip was first met."""

    slips: Slips = field(default_factory=lambda: Slips(Judge()))
    uses: dict[int, tuple[Span, str | None]] = field(default_factory=dict)

    def look(self, condition: Condition, closed: frozenset[Key], rule: str | None) -> None:
        for key in self.slips.look(condition, closed):
            self.uses.setdefault(key, (condition.span, rule))

    def rules(self, rules: Sequence[CheckedRule], closed: frozenset[Key]) -> tuple[frozenset[Key], bool]:
        """Which fields no lead that gets past these rules lacks unnoticed; and whether none gets past at all."""
        for rule in rules:
            inside = closed
            if rule.condition is not None:
                self.look(rule.condition, closed, rule.id)
                inside = closed | self._needed(rule.condition)
            after, ends = self._body(rule, inside)
            if rule.condition is None:
                if ends:
                    return after, True
                closed = after
            else:
                closed |= self._settled(rule.condition, after, ends)
        return closed, False

    def _body(self, rule: CheckedRule, closed: frozenset[Key]) -> tuple[frozenset[Key], bool]:
        if not isinstance(rule.body, CheckedAction):
            return self.rules(rule.body, closed)
        self.targets(rule.body.targets, closed, rule.id)
        return closed, True

    def _needed(self, condition: Condition) -> frozenset[Key]:
        """The fields without which the condition fails."""
        judge = self.slips.judge
        return frozenset(key for key in judge.optional(condition) if judge.holds(condition, key) is False)

    def _settled(self, condition: Condition, after: frozenset[Key], ends: bool) -> frozenset[Key]:
        """The fields whose absence was asked about behind this condition, or all of whose leads were taken."""
        judge = self.slips.judge

        def is_settled(key: Key) -> bool:
            if judge.asks(condition, key):
                return True
            takes_those_without = judge.holds(condition, key) is True and (ends or key in after)
            takes_those_with = judge.holds(condition, key, known=True) is True and ends
            return takes_those_without or takes_those_with

        return frozenset(key for key in judge.optional(condition) if is_settled(key))

    def targets(self, targets: Sequence[Target], closed: frozenset[Key], rule: str | None) -> None:
        for target in targets:
            if isinstance(target, SplitTarget):
                self.targets([arm.target for arm in target.arms], closed, rule)
            elif isinstance(target, PoolTarget | HoldTarget) and target.where is not None:
                self.look(target.where, closed, rule)

    def computed(self, computed: Computed) -> None:
        if isinstance(computed, Derive):
            closed: frozenset[Key] = frozenset()
            for case in computed.cases:
                self.look(case.condition, closed, None)
                closed |= self._settled(case.condition, frozenset(), True)
            return
        for entry in computed.entries:
            if entry.condition is not None:
                self.look(entry.condition, frozenset(), None)


def _finding(slip: Slip, use: Span, rule: str | None) -> Diagnostic:
    names = [_name(ref) for ref in slip.fields.values()]
    scopes = {"reps" if ref.scope is Scope.REP else "leads" for ref in slip.fields.values()}
    without = _without(slip, slip.fields.values())
    text = _text(slip.node)
    shown = text if len(text) <= _SHORT else text[:_SHORT] + " …"
    known = " and ".join(f"{name} is known" for name in names)
    missing = " or ".join(f"{name} is missing" for name in names)
    return Diagnostic(
        KIND,
        f"{listed(sorted(scopes), 'or')} without {without} slip in: `{shown}` holds for them too",
        slip.node.span,
        f"also holds where {without} is missing",
        _related(slip, use, rule),
        help=f"to keep them out, write `{known} and {shown}`; to let them in, say so: `({missing} or {shown})`",
        fix=f"{known} and {text}",
        fix_at=slip.node.span,
        rule=rule,
    )


def _without(slip: Slip, refs: Iterable[FieldRef]) -> str:
    """The fields among these without which the slip holds."""
    return listed(dict.fromkeys(f"`{_name(ref)}`" for ref in refs if key_of(ref) in slip.fields), "or")


def _name(ref: FieldRef) -> str:
    return f"rep.{ref.base}" if ref.scope is Scope.REP else ref.base


def _text(node: Comparison | Not) -> str:
    """The negation in its canonical words, on one line."""
    if isinstance(node, Comparison):
        return node.text
    item = parse(Source("", f"define it = {node.span.text}")).file.items[0]
    assert isinstance(item, DefineItem)
    return words.expression(item.condition)


def _related(slip: Slip, use: Span, rule: str | None) -> tuple[Label, ...]:
    """The comparisons that a definition brings in, and the condition that uses the definition with the slip."""
    own = slip.node.span
    labels = [
        Label(comparison.span, f"false where {_without(slip, refs_in(comparison))} is missing")
        for comparison in slip.compared
        if not _inside(comparison.span, own)
    ]
    if not _inside(own, use):
        labels.append(Label(use, f"used here, by `{rule}`" if rule else "used here"))
    return tuple(labels)


def _inside(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


LINT: Final = Lint(KIND, find, __doc__)

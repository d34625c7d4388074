"""# unused-name (RB302)

A warning: a list, define, derive, points or sla is declared, and nothing uses it.

A leftover definition misleads: whoever changes it believes that they change the routing. It may also be a slip,
where a rule was meant to use the name and spells the condition out again.

What only unused definitions use is unused too. Not reported are definitions that are imported, which other
policies may use; fields of `lead` and `rep`, which describe the data; sources, which the command line names; and
what `routebook.toml` lists under `handoff`.

## Bad

```route
lead {
  id:        id
  employees: integer 1..  optional
}

define enterprise = employees >= 1000

when employees >= 2000 queue enterprise_sales

else queue triage
```

## Good

```route
lead {
  id:        id
  employees: integer 1..  optional
}

define enterprise = employees >= 1000

when enterprise queue enterprise_sales

else queue triage
```

## Allowing it

A name that is kept for something else, such as points by which people sort their queue, gets a comment above it:
`# allow: unused-name -- the queue is worked by these points`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from routebook.check.names import names_in, noun, uses, whole
from routebook.check.rules import all_rules, rule_items
from routebook.diagnostics import Diagnostic, Kind, Severity
from routebook.lint.mentions import targets
from routebook.lint.model import Lint, Subject
from routebook.syntax import tree as t
from routebook.text import listed

KIND: Final = Kind("RB302", "unused-name", Severity.WARNING)

_Named: TypeAlias = t.ListItem | t.DefineItem | t.DeriveItem | t.PointsItem
_NAMED: Final = (t.ListItem, t.DefineItem, t.DeriveItem, t.PointsItem)


def find(subject: Subject) -> Iterator[Diagnostic]:
    """The names of the policy's own file that neither its rules nor anything that they use uses."""
    program = subject.policy.program
    own = [item for item in program.main.file.items if isinstance(item, _NAMED)]
    imported = [i for parsed in program.imported for i in parsed.file.items if isinstance(i, _NAMED)]
    items = {item.name.text: item for item in (*imported, *own)}
    used = _reached(
        [*_from_rules(subject), *(item.name.text for item in imported), *subject.used_outside], items
    )
    for item in own:
        if item.name.text not in used:
            yield _finding(item.name, noun(item), _users(item, own))
    yield from _slas(subject)


def _reached(names: list[str], items: Mapping[str, _Named]) -> set[str]:
    """These names, and all that their definitions use, and so on. A part stands for its field."""
    reached: set[str] = set()
    while names:
        name = names.pop()
        used = whole(name, items)
        if used is not None and used not in reached:
            reached.add(used)
            names.extend(use.text for use in uses(items[used]))
    return reached


def _from_rules(subject: Subject) -> Iterator[str]:
    for rule in all_rules(rule_items(subject.policy.program.main.file.items)):
        yield from (name.text for name in names_in(rule.condition))
    for target in targets(subject):
        yield from (name.text for name in _in_target(target))


def _in_target(target: t.Target) -> Iterator[t.Name]:
    match target:
        case t.PoolTarget(strategy=strategy, where=where, sticky=sticky):
            yield from names_in(where)
            yield from strategy.fields if strategy is not None else ()
            if sticky is not None:
                yield sticky.field
        case t.HoldTarget(where=where):
            yield from names_in(where)
        case t.RepTarget(rep=t.Name() as name):
            yield name
        case t.SplitTarget(field=field):
            yield field
        case _:
            return


def _slas(subject: Subject) -> Iterator[Diagnostic]:
    items = subject.policy.program.main.file.items
    bodies = [rule.body for rule in all_rules(rule_items(items)) if isinstance(rule.body, t.Action)]
    under = {body.sla.text for body in bodies if body.sla is not None}
    for item in items:
        if isinstance(item, t.SlaItem) and item.name.text not in under:
            yield _finding(item.name, "sla", [])


def _users(item: _Named, own: list[_Named]) -> list[str]:
    """The other unused definitions that use this one."""
    name = item.name.text
    return [
        other.name.text
        for other in own
        if other is not item and any(whole(use.text, {name}) for use in uses(other))
    ]


def _finding(name: t.Name, what: str, users: list[str]) -> Diagnostic:
    this = "these points" if what == "points" else f"this {what}"
    message = f"changing `{name.text}` would change nothing: no rule uses {this}"
    label = "used nowhere"
    if users:
        label = f"used by {listed([f'`{user}`' for user in users[:5]])} alone, which nothing uses"
    help = (
        "no rule is under it: add `under …` to one, or take it out"
        if what == "sla"
        else "use it, or take it out"
    )
    return Diagnostic(KIND, message, name.span, label, help=help)


LINT: Final = Lint(KIND, find, __doc__)

"""How the leads that two policies take differ: what to know of a comparison of the two, and what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from routebook.analysis.shared import is_read_alike
from routebook.analysis.written import written
from routebook.check.conditions import Comparison, Members, Scope, fields_in, tests_in
from routebook.check.targets import HoldTarget, PoolTarget, Reassign, parts_of
from routebook.plan.boundaries import comparisons, mentioned
from routebook.plan.tree import Tree
from routebook.text import listed
from routebook.types import DateTimeType, Field, OneOfType, SetType, Type, describe

_SHOWN: Final = 6
"""So many listed texts are named, of those that went and of those that came."""


def schema_notes(old: Tree, new: Tree) -> Iterator[str]:
    """How the leads that the two take differ: changes are looked for among leads that fit both."""
    yield from _zone_note(old, new)
    for declared in old.schema:
        if declared.name not in new.schema:
            yield f"the field `{declared.name}` is gone"
    for declared in new.schema:
        if declared.name not in old.schema:
            yield f"the field `{declared.name}` is new: {describe(declared.type)}"
            continue
        before = old.schema[declared.name]
        if before.type != declared.type:
            yield from _type_note(before, declared)
        if before.optional != declared.optional:
            yield f"`{declared.name}` {'can be missing now' if declared.optional else 'can no longer be missing'}"
    yield from _source_notes(old, new)


def _zone_note(old: Tree, new: Tree) -> Iterator[str]:
    """Moments are compared as such; what a record says of one without an offset depends on the policy's time zone."""
    moments = [
        each.name for each in new.schema if isinstance(each.type, DateTimeType) and each.name in old.schema
    ]
    if moments and old.timezone.key != new.timezone.key:
        names = listed((f"`{name}`" for name in moments), "or")
        zones = f"{new.timezone.key} now, no longer in {old.timezone.key}"
        yield f"a moment without an offset in {names} is read in {zones}"


def _source_notes(old: Tree, new: Tree) -> Iterator[str]:
    """Leads are compared as such; which of them the records of another system become is up to the policy's sources."""
    unknown = "what its records become was not compared"
    for name in dict.fromkeys((*old.sources, *new.sources)):
        if name not in new.sources:
            yield f"the source `{name}` is gone: {unknown}"
        elif name not in old.sources:
            yield f"the source `{name}` is new: {unknown}"
        elif old.sources[name] != new.sources[name]:
            yield f"the source `{name}` was changed: {unknown}, except with --leads and --source {name}"


def _type_note(before: Field, after: Field) -> Iterator[str]:
    old, new = _members(before.type), _members(after.type)
    if old is None or new is None or isinstance(before.type, SetType) != isinstance(after.type, SetType):
        yield f"`{after.name}` was {describe(before.type)} and is {describe(after.type)}"
        return
    verb = "have" if isinstance(after.type, SetType) else "be"
    for said, members in (
        ("can no longer", [member for member in old if member not in new]),
        ("can now", [member for member in new if member not in old]),
    ):
        if members:
            yield f"`{after.name}` {said} {verb} {_named(members)}"


def _members(type_: Type) -> Sequence[str] | None:
    """The texts that are listed for a field or for the members of a set; None where none are."""
    kind = type_.element if isinstance(type_, SetType) else type_
    return kind.members if isinstance(kind, OneOfType) else None


def _named(members: Sequence[str]) -> str:
    shown = [written(member) for member in members[:_SHOWN]]
    if len(members) > _SHOWN:
        return f"{', '.join(shown)} or {len(members) - _SHOWN} more texts"
    return listed(shown, "or")


def read_otherwise(old: Tree, new: Tree) -> Iterator[str]:
    """What a comparison of values leaves open: fields that are asked of, and that the two may read differently."""
    asked = {name for tree in (old, new) for scope, name in mentioned(tree) if scope is Scope.LEAD}
    for declared in new.schema:
        before = old.schema.fields.get(declared.name)
        if before is not None and declared.name in asked and not is_read_alike(before.type, declared.type):
            yield f"what becomes of leads whose `{declared.name}` the two read as different values"
        elif before is not None and _is_told_from_empty(old, new, before, declared):
            readings = "one of the two takes it to be empty, the other to be missing"
            yield f"what becomes of leads without `{declared.name}`: {readings}"


def _is_told_from_empty(old: Tree, new: Tree, before: Field, after: Field) -> bool:
    """Whether a set that is empty to one policy and missing to the other, where a lead has none, makes a difference."""
    if not isinstance(after.type, SetType) or before.optional == after.optional:
        return False
    return any(_tells_empty(test, after.name) for tree in (old, new) for test in _asked(tree))


def _tells_empty(test: Comparison, name: str) -> bool:
    """Whether the comparison may hold of an empty set where it does not of a missing one, or the other way round."""
    refs = (ref for operand in (test.left, *test.right) for ref in fields_in(operand))
    if not any(ref.scope is Scope.LEAD and ref.base == name for ref in refs):
        return False
    match test.row.positive.name, test.right:
        case "has all", (Members(keys=keys),):
            return not keys
        case positive, _:
            return positive in ("is known", "has all")


def _asked(tree: Tree) -> Iterator[Comparison]:
    """Every comparison of a policy, with what its SLAs ask of reps."""
    yield from comparisons(tree)
    for sla in tree.slas.values():
        thens = (then for step in sla.steps for then in step.then if not isinstance(then, Reassign))
        for target in (part for then in thens for part in parts_of(then)):
            if isinstance(target, PoolTarget | HoldTarget) and target.where is not None:
                yield from tests_in(target.where)

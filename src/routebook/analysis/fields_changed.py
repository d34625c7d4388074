"""How the leads that two policies take differ: what to know of a comparison of the two, and what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from routebook.analysis.shared import is_read_alike
from routebook.analysis.written import written
from routebook.check.conditions import Scope
from routebook.plan.boundaries import mentioned
from routebook.plan.tree import Tree
from routebook.text import listed
from routebook.types import Field, OneOfType, SetType, Type, describe

_SHOWN: Final = 6
"""So many listed texts are named, of those that went and of those that came."""


def schema_notes(old: Tree, new: Tree) -> Iterator[str]:
    """How the leads that the two take differ: changes are looked for among leads that fit both."""
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

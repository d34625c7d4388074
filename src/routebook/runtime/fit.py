"""A roster held against a policy: the reps' fields as the policy declares them, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from routebook.check.schema import REP_FIELDS
from routebook.check.targets import HoldTarget, PoolTarget
from routebook.diagnostics import Diagnostic, in_order
from routebook.intake.fields import FieldReader, field_readers
from routebook.intake.problems import Misfit
from routebook.intake.values import is_missing
from routebook.plan.tree import Tree
from routebook.roster import INVALID_ROSTER, Rep, Roster
from routebook.roster.model import REP_KEYS
from routebook.runtime.targets import targets_of
from routebook.text import nearest
from routebook.types import Schema, Value, describe

_BUILT_IN: Final = frozenset(field.name for field in REP_FIELDS)


@dataclass(frozen=True)
class Fit:
    """The values of every rep's fields, by rep id and field name, normalised; and every mistake."""

    values: Mapping[str, Mapping[str, Value]]
    findings: tuple[Diagnostic, ...]


def fit(tree: Tree, roster: Roster) -> Fit:
    """Read the roster's rep fields as the policy's `rep { … }` declares them, and look for what it needs.

    A value that does not fit is a finding, and missing in `values`.
    """
    findings: list[Diagnostic] = []
    readers = [
        reader
        for reader in field_readers(tree.rep_schema, tree.timezone, None)
        if reader.name not in _BUILT_IN
    ]
    values = {rep.id: _values(roster, rep, readers, findings) for rep in roster.reps.values()}
    findings += _misspelt(roster, tree.rep_schema)
    findings += _lacking_hours(tree, roster)
    return Fit(values, in_order(findings))


def _values(
    roster: Roster, rep: Rep, readers: list[FieldReader], findings: list[Diagnostic]
) -> dict[str, Value]:
    built_in: dict[str, Value | None] = {
        "id": rep.id,
        "name": rep.name or None,
        "email": rep.email or None,
        "time_zone": roster.zone_of(rep).key,
        "weight": rep.weight,
        "capacity": rep.capacity,
    }
    values = {name: value for name, value in built_in.items() if value is not None}
    for reader in readers:
        raw = _raw(rep, reader.name)
        value: Value | None = None
        if not is_missing(raw):
            try:
                value = reader.read(raw)
            except Misfit as misfit:
                for message in misfit.messages:
                    findings.append(
                        _finding(
                            roster, rep, reader.name, f"`{reader.name}` of the rep `{rep.id}`: {message}"
                        )
                    )
                continue
        if value is None:
            value = reader.blank
        if value is not None:
            values[reader.name] = value
        elif reader.required:
            findings.append(_lack(roster, rep, reader))
    return values


def _raw(rep: Rep, name: str) -> Any:
    """What the roster has for a field; a dotted name may stand in a table of its own."""
    if name in rep.fields:
        return rep.fields[name]
    raw: Any = rep.fields
    for part in name.split("."):
        if not isinstance(raw, Mapping) or part not in raw:
            return None
        raw = raw[part]
    return raw


def _lack(roster: Roster, rep: Rep, reader: FieldReader) -> Diagnostic:
    close = nearest(reader.name, rep.fields)
    help = f"it is {describe(reader.field.type)}; or declare it optional in the policy's `rep {{ … }}`"
    if close is not None:
        help = f"there is `{close}`: is that `{reader.name}`?"
    message = f"the rep `{rep.id}` has no `{reader.name}`, which the policy needs"
    return Diagnostic(INVALID_ROSTER, message, roster.span("reps", rep.id, key=True), help=help)


def _finding(roster: Roster, rep: Rep, name: str, message: str) -> Diagnostic:
    span = roster.span("reps", rep.id, name)
    return Diagnostic(INVALID_ROSTER, message, span, help="the policy's `rep { … }` says what it can be")


def _misspelt(roster: Roster, schema: Schema) -> Iterator[Diagnostic]:
    """Keys of reps that are neither the roster's nor the policy's, but nearly are: they would go unnoticed.

    Other keys are left alone, because a roster may serve several policies.
    """
    known = {*REP_KEYS, *schema.fields}
    for rep in roster.reps.values():
        for name in rep.fields:
            close = None if name in known else nearest(name, known)
            if close is not None and close not in rep.fields and close not in rep.model_fields_set:
                message = f"`{name}` of the rep `{rep.id}` is read by nothing"
                span = roster.span("reps", rep.id, name, key=True)
                yield Diagnostic(INVALID_ROSTER, message, span, help=f"did you mean `{close}`?")


def _lacking_hours(tree: Tree, roster: Roster) -> Iterator[Diagnostic]:
    """Reps without hours in pools of which a policy asks who is on shift."""
    asked: dict[str, str] = {}
    for target in targets_of(tree):
        wants = isinstance(target, HoldTarget) or (isinstance(target, PoolTarget) and target.wants_shift)
        if wants and isinstance(target, HoldTarget | PoolTarget) and roster.has_pool(target.pool):
            for rep in roster.members(target.pool):
                if rep.active and rep.hours is None:
                    asked.setdefault(rep.id, target.text)
    for id, text in asked.items():
        yield Diagnostic(
            INVALID_ROSTER,
            f"the rep `{id}` has no `hours`, so `{text}` could never choose them",
            roster.span("reps", id, key=True),
            help='write hours = "always", or hours = { "mon-fri" = "09:00-17:30" }',
        )

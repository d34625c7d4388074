"""A record as a lead that fits its schema, or every reason why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final

from routebook.decision import AccountMatch, Lead
from routebook.intake.columns import Flattener, Shape, match
from routebook.intake.fields import FieldReader, field_readers
from routebook.intake.problems import LeadError, Misfit, Problem, quoted
from routebook.intake.values import is_missing
from routebook.text import listed
from routebook.types import Schema, Value

if TYPE_CHECKING:
    from routebook.check.targets import SourceMap

if TYPE_CHECKING:
    from routebook.intake.accounts.matching import AccountMatching

_SHAPES_KEPT: Final = 1000  # records of JSON come in many shapes, but not in endless ones


@dataclass(frozen=True, slots=True)
class Invalid:
    """A record that does not fit, with every reason; `lead` is its id where that could be read."""

    problems: tuple[Problem, ...]
    lead: str | None = None


class Intake:
    """Reads records against one schema, and through one source where given. Make one and keep it.

    Records bear the fields' own names, or the source's columns: a name matches exactly, else ignoring case
    and surrounding space; nested objects serve dotted names. With accounts, each record is matched to one,
    which fills what the record leaves missing before anything is found to be missing. Thread-safe.
    """

    def __init__(
        self,
        schema: Schema,
        timezone: tzinfo,
        source: SourceMap | None = None,
        accounts: AccountMatching | None = None,
    ) -> None:
        self.schema = schema
        self.source = source
        self.readers = field_readers(schema, timezone, source)
        self._columns = tuple(reader.column for reader in self.readers)
        self._flattener = Flattener(column for column in self._columns if column is not None)
        self._id = schema.id_field
        self._accounts = accounts
        matched_by = () if accounts is None else accounts.evidence_fields
        self._evidence = tuple(
            (place, reader) for place, reader in enumerate(self.readers) if reader.name in matched_by
        )
        self._shapes: dict[tuple[Any, ...], Shape] = {}

    def lead(self, record: Mapping[str, Any]) -> Lead:
        """The record as a lead; raises `LeadError` with every problem where it does not fit."""
        result = self.validate(record)
        if isinstance(result, Invalid):
            raise LeadError(result.problems)
        return result

    def validate(self, record: Mapping[str, Any]) -> Lead | Invalid:
        """The record as a lead, or why it is none.

        Keys that no field has are ignored, but one that looks like the misspelling of a field that the
        record lacks is a problem: nobody would notice the value that went missing.
        """
        if not isinstance(record, Mapping):
            reason = f"{quoted(record)} is not a lead: an object with the fields by name is expected"
            return Invalid((Problem(None, record, reason),))
        flat, shape = self.shaped(record)
        return self.read(flat, shape, strict=True)

    def shaped(self, record: Mapping[str, Any]) -> tuple[Mapping[str, Any], Shape]:
        """The record with its nested objects opened, and how its keys go with the columns."""
        flat = self._flattener.flat(record)
        return flat, self.shape(tuple(flat))

    def shape(self, keys: tuple[Any, ...]) -> Shape:
        """How records with these keys go with the columns. Without a source every other key is a stray."""
        shape = self._shapes.get(keys)
        if shape is None:
            if len(self._shapes) >= _SHAPES_KEPT:
                self._shapes.clear()
            shape = self._shapes[keys] = match(self._columns, keys)
        return shape

    def read(self, flat: Mapping[str, Any], shape: Shape, strict: bool = False) -> Lead | Invalid:
        """As `validate`, for a record from `shaped`; misspelt keys are problems where `strict`."""
        values: dict[str, Value] = {}
        problems: list[Problem] = []
        account, filled = self._matched(flat, shape)
        for reader, key in zip(self.readers, shape.keys, strict=True):
            raw = None if key is None else flat[key]
            value: Value | None = None
            if not is_missing(raw):
                try:
                    value = reader.read(raw)
                except Misfit as misfit:
                    problems += [Problem(reader.name, raw, message) for message in misfit.messages]
                    continue
            if value is None:
                value = filled.get(reader.name, reader.blank)
            if value is not None:
                values[reader.name] = value
            elif reader.required:
                problems.append(self._lack(reader, shape))
        if shape.clashes or (strict and shape.suspects):
            problems += self._ill_named(flat, shape, strict)
        id = values.get(self._id) if self._id is not None else None
        lead = id if isinstance(id, str) else None
        return Invalid(tuple(problems), lead) if problems else Lead(values, lead, account)

    def _matched(
        self, flat: Mapping[str, Any], shape: Shape
    ) -> tuple[AccountMatch | None, Mapping[str, Value]]:
        """The record's account, by those of its values that can be read, and what that account says."""
        if self._accounts is None:
            return None, {}
        known: dict[str, Value] = {}
        for place, reader in self._evidence:
            key = shape.keys[place]
            raw = None if key is None else flat[key]
            if is_missing(raw):
                continue
            with suppress(Misfit):
                value = reader.read(raw)
                if value is not None:
                    known[reader.name] = value
        return self._accounts.match(known)

    def _lack(self, reader: FieldReader, shape: Shape) -> Problem:
        """Why a field that a lead needs has no value."""
        needed = "missing, and the policy needs it"
        if reader.column is None:
            assert self.source is not None
            return Problem(reader.name, None, f"{needed}: the source `{self.source.name}` does not fill it")
        meant = next((stray for stray, column in shape.suspects.items() if column == reader.column), None)
        if meant is not None:
            needed += f": there is {quoted(meant)}, is that `{reader.column}`?"
        elif reader.column != reader.name:
            needed += f" from `{reader.column}`"
        return Problem(reader.name, None, needed)

    def _ill_named(self, flat: Mapping[str, Any], shape: Shape, strict: bool) -> list[Problem]:
        problems = [
            Problem(
                reader.name, None, f"{listed(map(quoted, keys))} would all be this field: keep one of them"
            )
            for reader in self.readers
            if (keys := shape.clashes.get(reader.column or ""))
        ]
        if strict and self.source is None:
            problems += [
                Problem(stray, flat[stray], f"{quoted(stray)} is not a field; did you mean `{meant}`?")
                for stray, meant in shape.suspects.items()
                if not self._is_required(meant)
            ]
        return problems

    def _is_required(self, name: str) -> bool:
        """Whether a lead without the field is turned away, with a hint at the misspelling."""
        reader = next(reader for reader in self.readers if reader.name == name)
        return reader.required


def validate(
    schema: Schema, record: Mapping[str, Any], timezone: tzinfo, source: SourceMap | None = None
) -> Lead | Invalid:
    """One record as a lead, or why it is none. For more than one, keep an `Intake`."""
    return Intake(schema, timezone, source).validate(record)

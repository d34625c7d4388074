"""How each field of a schema gets its value from a record: by its own name, or as a source says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, TypeAlias

from routebook.intake.problems import plain_text
from routebook.intake.values import SEPARATOR, reader_for, remembering, repeats, set_reader, text_reader
from routebook.text import fold
from routebook.types import Field, Schema, SetType, Type, Value

if TYPE_CHECKING:
    from routebook.check.targets import SourceField, SourceMap

OptionalReader: TypeAlias = Callable[[object], Value | None]
"""Takes a raw value that is not missing; gives the normalised one, None where the source calls it missing."""


@dataclass(frozen=True, slots=True)
class FieldReader:
    """One field, ready to read: where from, how, and what it is where there is no value.

    `column` is None where the source does not fill the field. `blank` stands in for a missing value.
    """

    field: Field
    column: str | None
    read: OptionalReader
    blank: Value | None

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def required(self) -> bool:
        """Whether a lead without the value is turned away."""
        return self.blank is None and not self.field.optional


def field_readers(schema: Schema, zone: tzinfo, source: SourceMap | None) -> tuple[FieldReader, ...]:
    """The readers of every field, in the order of the schema."""
    if source is None:
        return tuple(
            FieldReader(field, field.name, _quick(field.type, reader_for(field.type, zone)), _blank(field))
            for field in schema
        )
    return tuple(_from_source(field, source.fields.get(field.name), zone) for field in schema)


def _blank(field: Field) -> Value | None:
    """A set that a lead leaves out is empty, unless it may be missing."""
    return frozenset() if isinstance(field.type, SetType) and not field.optional else None


def _from_source(field: Field, said: SourceField | None, zone: tzinfo) -> FieldReader:
    if said is None:
        return FieldReader(field, None, reader_for(field.type, zone), _blank(field))
    default = _as_type(field.type, said.default)
    blank = _blank(field) if default is None else default
    return FieldReader(field, said.column, _quick(field.type, _source_reader(field.type, said, zone)), blank)


def _quick(type_: Type, read: OptionalReader) -> OptionalReader:
    return remembering(read) if repeats(type_) else read


def _as_type(type_: Type, value: Value | None) -> Value | None:
    """A source's own value; one text given for a set is a set of one."""
    return frozenset({value}) if isinstance(type_, SetType) and isinstance(value, str) else value


def _source_reader(type_: Type, said: SourceField, zone: tzinfo) -> OptionalReader:
    """`missing`, then `map`, then the type's own reader; where members are mapped, each for itself."""
    missing = {fold(text) for text in said.missing}
    mapping = {fold(text): _as_type(type_, value) for text, value in (said.mapping or {}).items()}
    read = _typed_reader(type_, said, zone, missing, mapping)
    otherwise = _as_type(type_, said.map_else)
    maps_rest = said.has_map_else and not isinstance(type_, SetType)
    if not missing and not mapping and not maps_rest:
        return read

    def mapped(raw: object) -> Value | None:
        text = plain_text(raw)
        if text is not None:
            key = fold(text)
            if key in missing:
                return None
            if key in mapping:
                return mapping[key]
        return otherwise if maps_rest else read(raw)

    return mapped


def _typed_reader(
    type_: Type, said: SourceField, zone: tzinfo, missing: set[str], mapping: Mapping[str, Value | None]
) -> OptionalReader:
    split_by = said.split_by if said.split_by is not None else SEPARATOR
    if not isinstance(type_, SetType):
        return reader_for(type_, zone, said.format, split_by)
    return set_reader(type_.element, split_by, _member_reader(type_, said, missing, mapping))


def _member_reader(
    type_: SetType, said: SourceField, missing: set[str], mapping: Mapping[str, Value | None]
) -> Callable[[object], Iterable[str]]:
    """One member of a set: none, one or (where it is mapped to a list) several."""
    read = text_reader(type_.element)

    def members(raw: object) -> Iterable[str]:
        text = plain_text(raw)
        key = None if text is None else fold(text)
        if key in missing:
            return ()
        if key is not None and key in mapping:
            return _members(mapping[key])
        if said.has_map_else:
            return _members(said.map_else)
        return (read(raw),)

    return members


def _members(value: Value | None) -> Iterable[str]:
    if isinstance(value, frozenset):
        return sorted(value)
    return (value,) if isinstance(value, str) else ()

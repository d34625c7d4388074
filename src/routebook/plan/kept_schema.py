"""Schemas as JSON values and back, and what writes and reads all that is built of frozen nodes (see `kept_tree`).

Nothing is called but the constructors of the nodes that are given, so that reading what somebody else has written
makes a wrong value at worst. What several nodes share, they share again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from routebook import types as ty
from routebook.source import Source, Span

FORMAT: Final = 1
"""Goes up whenever what is written means something else."""

Nodes: TypeAlias = tuple[type[Any], ...]

TYPES: Final[Nodes] = (
    ty.BoolType, ty.NumberType, ty.TextType, ty.IdType, ty.OneOfType, ty.CountryType, ty.EmailType, ty.DateType,
    ty.TimeType, ty.DateTimeType, ty.RepType, ty.SetType, ty.Field, ty.Schema,
)  # fmt: skip

(
    _AGAIN,
    _TUPLE,
    _DICT,
    _PROXY,
    _SET,
    _DECIMAL,
    _FRACTION,
    _DATE,
    _TIME,
    _MOMENT,
    _ZONED,
    _SPAN_OF_TIME,
    _ZONE,
    _SPAN,
) = range(14)
_FIRST_NODE: Final = 32


class Unkeepable(ValueError):
    """Something that has no form here."""


def dump_schema(schema: ty.Schema, sources: Sequence[Source]) -> Any:
    """The schema as lists, texts and numbers; `sources` are those that its spans lie in."""
    return Writer(sources, TYPES).value(schema)


def load_schema(data: Any, sources: Sequence[Source]) -> ty.Schema:
    """The schema that was dumped. Raises what `Reader.value` does."""
    schema = Reader(sources, TYPES).value(data)
    if not isinstance(schema, ty.Schema):
        raise Unkeepable("no schema")
    return schema


class Writer:
    """Writes values that are built of these nodes; enumerations are among them."""

    def __init__(self, sources: Sequence[Source], nodes: Nodes) -> None:
        self._tags = {node: number for number, node in enumerate(nodes, start=_FIRST_NODE)}
        self._sources = {id(source): number for number, source in enumerate(sources)}
        self._places: dict[int, int] = {}

    def value(self, value: Any) -> Any:
        """The JSON form; raises `Unkeepable` where there is none."""
        kind = type(value)
        if value is None or kind is str or kind is int or kind is bool:
            return value
        tag = self._tags.get(kind)
        if tag is not None:
            return [tag, value.value] if isinstance(value, Enum) else self._node(tag, value)
        match value:
            case Span(source, start, end):
                return [_SPAN, self._sources[id(source)], start, end]
            case tuple():
                return [_TUPLE, *(self.value(each) for each in value)]
            case frozenset():
                return [_SET, *sorted(value)]
            case Mapping():
                items = [self.value(each) for item in value.items() for each in item]
                return [_PROXY if kind is MappingProxyType else _DICT, *items]
            case _:
                return _scalar(value)

    def _node(self, tag: int, value: Any) -> Any:
        place = self._places.get(id(value))
        if place is not None:
            return [_AGAIN, place]
        made = [tag, *(self.value(getattr(value, name)) for name in value.__match_args__)]
        self._places[id(value)] = len(self._places)
        return made


def _scalar(value: Any) -> Any:
    match value:
        case str():
            return str(value)
        case Decimal():
            return [_DECIMAL, str(value)]
        case Fraction():
            return [_FRACTION, value.numerator, value.denominator]
        case datetime():
            if isinstance(value.tzinfo, ZoneInfo):
                return [_ZONED, value.replace(tzinfo=None).isoformat(), value.tzinfo.key, value.fold]
            return [_MOMENT, value.isoformat()]
        case date():
            return [_DATE, value.isoformat()]
        case time():
            return [_TIME, value.isoformat()]
        case timedelta():
            return [_SPAN_OF_TIME, value.days, value.seconds, value.microseconds]
        case ZoneInfo() if value.key:
            return [_ZONE, value.key]
    raise Unkeepable(type(value).__name__)


class Reader:
    """Reads what a `Writer` of the same nodes has written."""

    def __init__(self, sources: Sequence[Source], nodes: Nodes) -> None:
        self._classes = nodes
        self._sources = sources
        self._nodes: list[Any] = []
        self._kinds: dict[int, Callable[[list[Any]], Any]] = {
            _AGAIN: lambda v: self._nodes[v[1]],
            _TUPLE: self._tuple,
            _DICT: self._mapping,
            _PROXY: lambda v: MappingProxyType(self._mapping(v)),
            _SET: lambda v: frozenset(v[1:]),
            _DECIMAL: lambda v: Decimal(v[1]),
            _FRACTION: lambda v: Fraction(v[1], v[2]),
            _DATE: lambda v: date.fromisoformat(v[1]),
            _TIME: lambda v: time.fromisoformat(v[1]),
            _MOMENT: lambda v: datetime.fromisoformat(v[1]),
            _ZONED: lambda v: datetime.fromisoformat(v[1]).replace(tzinfo=ZoneInfo(v[2]), fold=v[3]),
            _SPAN_OF_TIME: lambda v: timedelta(v[1], v[2], v[3]),
            _ZONE: lambda v: ZoneInfo(v[1]),
            _SPAN: lambda v: Span(self._sources[v[1]], v[2], v[3]),
        }

    def value(self, data: Any) -> Any:
        """The value of a form.

        Raises `ValueError`, `LookupError`, `TypeError`, `AttributeError` or `RecursionError` where it is none.
        """
        if type(data) is not list:
            return data
        tag = data[0]
        return self._node(tag, data) if tag >= _FIRST_NODE else self._kinds[tag](data)

    def _node(self, tag: int, data: list[Any]) -> Any:
        node = self._classes[tag - _FIRST_NODE]
        value = self.value
        made = node(*[value(each) for each in data[1:]])
        if not issubclass(node, Enum):
            self._nodes.append(made)
        return made

    def _tuple(self, data: list[Any]) -> tuple[Any, ...]:
        value = self.value
        return tuple([value(each) for each in data[1:]])

    def _mapping(self, data: list[Any]) -> dict[Any, Any]:
        flat = iter([self.value(each) for each in data[1:]])
        return dict(zip(flat, flat, strict=True))

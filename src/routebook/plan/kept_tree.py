"""Evaluation trees as JSON values and back, the same to the last place: for keeping them between runs.

Nothing is called but the constructors listed here, so that reading what somebody else has written makes a wrong tree
at worst. What several nodes share, they share again: a define is one thing however often it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from routebook import types as ty
from routebook.check import conditions as c
from routebook.check import targets as g
from routebook.operators import OPERATORS
from routebook.plan import tree as p
from routebook.source import Source, Span

FORMAT: Final = 1
"""Goes up whenever what is written means something else."""

_NODES: Final[tuple[type[Any], ...]] = (
    ty.BoolType, ty.NumberType, ty.TextType, ty.IdType, ty.OneOfType, ty.CountryType, ty.EmailType, ty.DateType,
    ty.TimeType, ty.DateTimeType, ty.RepType, ty.SetType, ty.Field, ty.Schema,
    c.FieldRef, c.Constant, c.Members, c.Pattern, c.Arithmetic, c.Comparison, c.AllOf, c.AnyOf, c.Not, c.Named,
    c.Always, c.DeriveCase, c.Derive, c.PointsEntry, c.Points,
    g.Strategy, g.Sticky, g.PoolTarget, g.RepTarget, g.HoldTarget, g.QueueTarget, g.NurtureTarget, g.RejectTarget,
    g.Arm, g.SplitTarget, g.Reassign, g.SlaStep, g.Sla, g.SourceField, g.SourceMap,
    p.PlannedTarget, p.Plan, p.Leaf, p.Branch, p.Tree,
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
    _SCOPE,
) = (  # noqa: E501
    range(15)
)
_FIRST_NODE: Final = 32
_TAGS: Final = {node: number for number, node in enumerate(_NODES, start=_FIRST_NODE)}


class Unkeepable(ValueError):
    """A tree with something in it that has no form here."""


def dump(tree: p.Tree, sources: Sequence[Source]) -> Any:
    """The tree as lists, texts and numbers; `sources` are those that its spans lie in.

    Raises `Unkeepable` for a tree that could not be read back.
    """
    return _Writer(sources).value(tree)


def load(data: Any, sources: Sequence[Source]) -> p.Tree:
    """The tree that was dumped, its spans in these sources.

    Raises `ValueError`, `LookupError`, `TypeError`, `AttributeError` or `RecursionError` where `data` is none.
    """
    tree = _Reader(sources).value(data)
    if not isinstance(tree, p.Tree):
        raise Unkeepable("no tree")
    return tree


class _Writer:
    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = {id(source): number for number, source in enumerate(sources)}
        self._places: dict[int, int] = {}

    def value(self, value: Any) -> Any:
        kind = type(value)
        if value is None or kind is str or kind is int or kind is bool:
            return value
        tag = _TAGS.get(kind)
        if tag is not None:
            return self._node(tag, value)
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
            case c.Scope():
                return [_SCOPE, value.value]
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


class _Reader:
    def __init__(self, sources: Sequence[Source]) -> None:
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
            _SCOPE: lambda v: c.Scope(v[1]),
        }

    def value(self, data: Any) -> Any:
        if type(data) is not list:
            return data
        tag = data[0]
        return self._node(tag, data) if tag >= _FIRST_NODE else self._kinds[tag](data)

    def _node(self, tag: int, data: list[Any]) -> Any:
        node = _NODES[tag - _FIRST_NODE]
        value = self.value
        made = node(*[value(each) for each in data[1:]])
        if node is c.Comparison and made.operator not in OPERATORS:
            raise Unkeepable(made.operator)
        self._nodes.append(made)
        return made

    def _tuple(self, data: list[Any]) -> tuple[Any, ...]:
        value = self.value
        return tuple([value(each) for each in data[1:]])

    def _mapping(self, data: list[Any]) -> dict[Any, Any]:
        flat = iter([self.value(each) for each in data[1:]])
        return dict(zip(flat, flat, strict=True))

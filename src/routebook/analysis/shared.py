"""The values that a field has in all the policies of a model, and what each policy asks of them.

A lead fits several policies where each of its values is one of all their types. A policy asks in the way of its own
type, which may compare otherwise: a text ignores case, a listed text does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Final

from routebook.analysis.domains.aspects import MATCHES
from routebook.analysis.domains.base import Pred, Undecided
from routebook.countries import codes, country_code
from routebook.text import clean, fold
from routebook.types import (
    CountryType,
    ElementType,
    EmailType,
    Field,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    Schema,
    SetType,
    TextType,
    Type,
    key_of,
)

NOTHING: Final = OneOfType(())
"""No value at all: a field of this type is always missing."""


def common_schema(schemas: Sequence[Schema]) -> Schema:
    """The leads that fit all of the schemas. Raises `Undecided` where no lead does."""
    fields: dict[str, Field] = {}
    for schema in schemas:
        for declared in schema:
            known = fields.get(declared.name)
            fields[declared.name] = declared if known is None else _both(known, declared)
    return Schema.of(*fields.values())


def _both(left: Field, right: Field) -> Field:
    common = common_type(left.type, right.type)
    optional = left.optional and right.optional
    if common == NOTHING and not optional:
        raise Undecided(f"anything: no value of `{left.name}` fits both, and no lead does without one")
    return Field(left.name, common, optional)


# --- Values ------------------------------------------------------------------------------------------------


def common_type(left: Type, right: Type) -> Type:
    """The values that both types have, `NOTHING` where there are none."""
    if left == right:
        return left
    match left, right:
        case NumberType(), NumberType():
            return _common_numbers(left, right)
        case SetType(first), SetType(second):
            return SetType(_common_elements(first, second))
        case OneOfType(members), _:
            return OneOfType(tuple(member for member in members if _is_value(member, right)))
        case _, OneOfType():
            return common_type(right, left)
        case (
            TextType() | EmailType() | IdType() | RepType(),
            TextType() | EmailType() | IdType() | RepType(),
        ):
            # emails are texts, and what ignores case is asked of texts alone
            return next(kind for kind in _NARROW_FIRST if kind in (left, right))
        case (TextType() | IdType() | RepType(), CountryType()) | (
            CountryType(),
            TextType() | IdType() | RepType(),
        ):
            return CountryType()
    return NOTHING


_NARROW_FIRST: Final = (EmailType(), TextType(), RepType(), IdType())


def _common_elements(left: ElementType, right: ElementType) -> ElementType:
    common = common_type(left, right)
    assert isinstance(common, OneOfType | TextType | CountryType)
    return common


def _common_numbers(left: NumberType, right: NumberType) -> Type:
    low = max((t.low for t in (left, right) if t.low is not None), default=None)
    high = min((t.high for t in (left, right) if t.high is not None), default=None)
    integer = left.integer or right.integer
    if low is not None and high is not None:
        is_empty = ceil(low) > floor(high) if integer else low > high
        if is_empty:
            return NOTHING
    return NumberType(integer, low, high)


def _is_value(text: str, type_: Type) -> bool:
    match type_:
        case OneOfType(members):
            return text in members
        case CountryType():
            return text in codes()
        case EmailType():
            before, at, after = text.partition("@")
            proper = before and at and after and "@" not in after
            return bool(proper) and clean(text) == text and not any(char.isspace() for char in text)
        case TextType():
            return clean(text) == text
    return isinstance(type_, IdType | RepType)


def is_read_alike(left: Type, right: Type) -> bool:
    """Whether all that both types can read comes to one value, as it compares: `Germany` is a country and a text."""
    if left == right:
        return True
    match left, right:
        case SetType(first), SetType(second):
            return is_read_alike(first, second)
        case OneOfType(members), OneOfType(others):
            return not any(fold(m) == fold(o) and m != o for m in members for o in others)
        case OneOfType(members), CountryType():
            return all(country_code(member) in (None, member) for member in members)
        case CountryType(), OneOfType():
            return is_read_alike(right, left)
    alike = ((TextType, EmailType, OneOfType), (IdType, RepType), (NumberType,))
    return any(isinstance(left, kinds) and isinstance(right, kinds) for kinds in alike)


# --- What is asked -----------------------------------------------------------------------------------------


def asked_of_shared(pred: Pred, own: Type, common: Type) -> Pred | None:
    """What a policy asks of a field of type `own`, asked of the values of `common`; None for what holds of none.

    Raises `Undecided` where that cannot be said.
    """
    if own == common or pred.op == "is known":
        return pred
    if isinstance(common, OneOfType | CountryType):
        return Pred(None, "in", (frozenset(v for v in _listed(common) if _holds(pred, own, v)),))
    if isinstance(common, SetType) and isinstance(own, SetType):
        return _of_members(pred, own.element, common.element)
    if isinstance(own, IdType | RepType) and isinstance(common, TextType | EmailType):
        raise Undecided(
            "what depends on a field that one policy compares ignoring case, and the other exactly"
        )
    return pred


def _listed(type_: OneOfType | CountryType) -> Sequence[str]:
    return type_.members if isinstance(type_, OneOfType) else sorted(codes())


def _holds(pred: Pred, own: Type, value: str) -> bool:
    asked = value.rpartition("@")[2] if pred.part else value
    return pred.holds(asked if pred.op == MATCHES else key_of(own, asked))


def _of_members(pred: Pred, own: ElementType, common: ElementType) -> Pred | None:
    if isinstance(common, TextType):
        return pred
    spelled = {key_of(own, member): member for member in _listed(common)}
    if pred.op == "has":
        member = spelled.get(pred.args[0])
        return None if member is None else Pred(None, "has", (member,))
    wanted = frozenset(spelled[key] for key in pred.args[0] if key in spelled)
    if pred.op == "has all" and len(wanted) < len(pred.args[0]):
        return None
    return Pred(None, pred.op, (wanted,))

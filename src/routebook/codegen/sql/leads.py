"""The table of leads that a query reads: which columns it has, and what they hold.

The rows are valid leads. What SQL cannot do exactly has been done when the table was made, and has a column of its
own: the key by which a text compares (`__folded`), and the clock of a moment in the policy's timezone (`__local`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final, assert_never
from zoneinfo import ZoneInfo

from routebook.check.conditions import FieldRef
from routebook.codegen.sql.dialects import Dialect
from routebook.codegen.sql.refusal import Unable
from routebook.diagnostics import RoutebookError
from routebook.text import fold
from routebook.types import (
    BoolType,
    DateTimeType,
    DateType,
    EmailType,
    Field,
    NumberType,
    SetType,
    TextType,
    TimeType,
    Type,
)


class Form(Enum):
    """What a column holds of its field."""

    VALUE = ""
    FOLDED = "__folded"
    LOCAL = "__local"


_HOLDS: Final = {
    Form.VALUE: "",
    Form.FOLDED: ", as it compares: without case",
    Form.LOCAL: ", as the clock shows it in the policy's timezone",
}


@dataclass(frozen=True, slots=True)
class LeadColumn:
    """A column of the table of leads: its name and type there, and what it holds of which field."""

    name: str
    type: str
    field: Field
    form: Form

    @property
    def holds(self) -> str:
        """What it holds, in words."""
        return f"{self.field.name}{_HOLDS[self.form]}"


def form_of(ref: FieldRef) -> Form:
    """In which form a field is compared."""
    element = ref.type.element if isinstance(ref.type, SetType) else ref.type
    return Form.FOLDED if isinstance(element, TextType | EmailType) else Form.VALUE


def lead_column(field: Field, form: Form, dialect: Dialect) -> LeadColumn:
    """The column that holds a field in this form. Raises `Unable` where the dialect has none that could."""
    name = (field.name if dialect.dots else field.name.replace(".", "__")) + form.value
    if dialect.name_bytes is not None and len(name.encode()) > dialect.name_bytes:
        raise Unable(f"names of columns end after {dialect.name_bytes} bytes, and `{name}` does not")
    if isinstance(field.type, SetType) and field.optional and not dialect.missing_sets:
        raise Unable(f"missing and empty sets are stored alike, and `{field.name}` is optional")
    return LeadColumn(name, _type(field, form, dialect), field, form)


def _type(field: Field, form: Form, dialect: Dialect) -> str:
    types = dialect.types
    match field.type:
        case BoolType():
            return types.boolean
        case NumberType(integer=True):
            return types.whole
        case NumberType():
            return _there(types.decimal, f"there is no exact type for decimals, and `{field.name}` is one")
        case DateType():
            return types.date
        case TimeType():
            return _there(types.time, f"there is no type for times of day, and `{field.name}` is one")
        case DateTimeType():
            return types.clock if form is Form.LOCAL else types.moment
        case SetType():
            return types.texts
        case _:
            return types.text


def _there(type_: str | None, refusal: str) -> str:
    if type_ is None:
        raise Unable(refusal)
    return type_


# --- Rows -----------------------------------------------------------------------------------------------------


def stored(column: LeadColumn, value: Any, zone: ZoneInfo, dialect: Dialect) -> Any:
    """What goes into the column for a lead's normalised value, None where that is missing.

    Raises `RoutebookError` for a number that the column cannot hold exactly.
    """
    if value is None:
        return None
    match column.form:
        case Form.VALUE:
            return _plain(column, value, dialect)
        case Form.FOLDED:
            folded = fold(value) if isinstance(value, str) else frozenset(map(fold, value))
            return _plain(column, folded, dialect)
        case Form.LOCAL:
            local = value.astimezone(zone).replace(tzinfo=None)
            return show_clock(local) if dialect.calendar_is_text else local
        case _:
            assert_never(column.form)


def _plain(column: LeadColumn, value: Any, dialect: Dialect) -> Any:
    match value:
        case bool():
            return value
        case int() | Decimal():
            _fits(column.field.type, value, column.name, dialect)
            return value
        case frozenset():
            members = sorted(value)
            return json.dumps(members, ensure_ascii=False) if dialect.sets_are_json else members
        case datetime():
            return show_moment(value) if dialect.calendar_is_text else value
        case time():
            return show_time(value) if dialect.calendar_is_text else value
        case date():
            return value.isoformat() if dialect.calendar_is_text else value
        case _:
            return value


def _fits(type_: Type, value: int | Decimal, name: str, dialect: Dialect) -> None:
    assert isinstance(type_, NumberType)
    if type_.integer:
        if dialect.whole_limit is not None and abs(Fraction(value)) > dialect.whole_limit:
            raise RoutebookError(
                f"`{name}` cannot hold {value}: whole numbers there end at {dialect.whole_limit:,}"
            )
    elif dialect.digits is not None:
        before, after = dialect.digits
        scaled = Fraction(value) * 10**after
        if abs(scaled) >= 10 ** (before + after) or scaled.denominator != 1:
            digits = f"{before} digits before the point and {after} after it"
            raise RoutebookError(f"`{name}` cannot hold {value}: decimals there have {digits}")


def show_moment(moment: datetime) -> str:
    """A moment as a text that sorts as moments do. Raises `OverflowError` next to the ends of the calendar."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def show_clock(clock: datetime) -> str:
    """A date and time as a text that sorts as they do."""
    return clock.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")


def show_time(clock: time) -> str:
    """A time as a text that sorts as times do."""
    return clock.strftime("%H:%M:%S.%f")

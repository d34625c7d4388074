"""Polars frames as columns of valid leads: each distinct value is read once, not each row.

What a frame's rows come to is what `validate` says of each: a value that repeats a thousand times is simply not
read a thousand times, and a column of whole numbers within bounds is taken as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from routebook.codegen.values import Coded, Values, Whole
from routebook.intake.codes import coded
from routebook.intake.fields import FieldReader
from routebook.intake.problems import Misfit
from routebook.intake.validate import Intake
from routebook.intake.values import is_missing
from routebook.types import EmailType, IdType, NumberType, RepType, TextType

_Bools = npt.NDArray[np.bool_]

_SAMPLE: Final = 4_096
"""So many rows show whether addresses repeat."""

_SPACE: Final = "".join(filter(str.isspace, map(chr, range(sys.maxunicode + 1))))
_PLAIN_ADDRESS: Final = r"^[!-?A-~]+(@[!-?A-~]+)$"
"""An address of printable ASCII, which is valid as it stands; what comes after the name is caught."""


@dataclass(frozen=True, slots=True)
class FrameLeads:
    """The rows of a frame that fit the schema, and which those are: the values of each field that is needed."""

    columns: dict[str, Values]
    fits: _Bools


def read_frame(
    frame: pl.DataFrame, intake: Intake, needed: Collection[str], domains: Collection[str] = ()
) -> FrameLeads:
    """Read the columns of a frame; of fields that are not `needed` only whether they fit is looked at.

    Of the addresses in `domains` nothing but their domain is asked: one address may stand for all of its domain.
    """
    shape = intake.shape(tuple(frame.columns))
    fits = np.full(frame.height, not shape.clashes)
    columns: dict[str, Values] = {}
    for reader, key in zip(intake.readers, shape.keys, strict=True):
        if key is None:
            columns[reader.name] = Coded(np.zeros(frame.height, dtype=np.uint8), [reader.blank])
            if reader.required:
                fits[:] = False
            continue
        series = frame.get_column(key)
        if reader.name not in needed and _fits_as_text(reader, series, fits):
            continue
        whole = _whole(reader, series)
        if whole is None:
            if reader.name in domains or reader.name not in needed:
                series = _one_of_each_domain(reader, series)
            columns[reader.name] = _distinct(reader, series, fits)
        else:
            columns[reader.name] = whole
            if reader.required and whole.known is not None:
                fits &= whole.known
    if not fits.all():
        rows = np.flatnonzero(fits)
        columns = {name: column.part(rows) for name, column in columns.items()}
    return FrameLeads(columns, fits)


def read_ids(frame: pl.DataFrame, intake: Intake) -> pl.Series:
    """The ids of leads as text, null where there is none that can be read."""
    shape = intake.shape(tuple(frame.columns))
    for reader, key in zip(intake.readers, shape.keys, strict=True):
        if reader.name != intake.schema.id_field:
            continue
        if key is None:
            return pl.Series("lead", [reader.blank] * frame.height, dtype=pl.String)
        series = frame.get_column(key).alias("lead")
        if intake.source is None and _fits_as_text(reader, series, fits := np.full(frame.height, True)):
            return (
                series
                if fits.all()
                else pl.select(pl.when(pl.Series(fits)).then(series)).to_series().alias("lead")
            )
        read = _distinct(reader, series, np.full(frame.height, True))
        return pl.Series("lead", read.values, dtype=pl.String).gather(pl.Series(read.codes))
    return pl.Series("lead", [None] * frame.height, dtype=pl.String)


def _fits_as_text(reader: FieldReader, series: pl.Series, fits: _Bools) -> bool:
    """Whether a column of texts is one in which any text would do, and all rows have one where one is needed."""
    if not isinstance(reader.field.type, TextType | IdType | RepType) or series.dtype != pl.String:
        return False
    if reader.blank is not None or "\0" in (series.str.join().item() or ""):
        return False
    if reader.required:
        known = series.is_not_null()
        # what is white space begins with a character before "!", or with one after all of ASCII
        suspects = ((series < "!") | (series > "~")).fill_null(False)
        if suspects.any():
            known &= ~(suspects & (series.str.strip_chars(_SPACE) == "").fill_null(False))
        fits &= known.to_numpy()
    return True


def _one_of_each_domain(reader: FieldReader, series: pl.Series) -> pl.Series:
    """Plain addresses with one name for all of them, where there are many; all else as it is."""
    if not isinstance(reader.field.type, EmailType) or series.dtype != pl.String:
        return series
    sample = series.gather_every(max(1, len(series) // _SAMPLE))
    if sample.n_unique() * 4 < len(sample):
        return series
    after = series.str.extract(_PLAIN_ADDRESS, 1)
    return pl.select(pl.coalesce(pl.lit("x") + after, series)).to_series()


def _whole(reader: FieldReader, series: pl.Series) -> Whole | None:
    """A column of whole numbers, where all that are known are within the field's bounds."""
    type_ = reader.field.type
    if not isinstance(type_, NumberType) or reader.blank is not None:
        return None
    if series.dtype == pl.String:
        numbers = series.cast(pl.Int64, strict=False)
        # written as Python would write them: what else would do, the reader knows
        if not numbers.cast(pl.String).equals(series):
            return None
        series = numbers
    if not series.dtype.is_integer() or not len(series) or series.dtype in (pl.UInt64, pl.Int128, pl.UInt128):
        return None
    least, most = series.min(), series.max()
    if least is not None and most is not None:
        assert isinstance(least, int)
        assert isinstance(most, int)
        if (type_.low is not None and least < type_.low) or (type_.high is not None and most > type_.high):
            return None
    if not series.null_count():
        return Whole(series.to_numpy().astype(np.int64, copy=False))
    return Whole(series.fill_null(0).to_numpy().astype(np.int64, copy=False), series.is_not_null().to_numpy())


def _distinct(reader: FieldReader, series: pl.Series, fits: _Bools) -> Coded:
    """Read each distinct value of a column once; rows whose value does not fit are marked."""
    raws, codes = coded(series)
    values: list[Any] = []
    misfit = np.zeros(len(raws), dtype=np.bool_)
    for place, raw in enumerate(raws):
        value = None
        if not is_missing(raw):
            try:
                value = reader.read(raw)
            except Misfit:
                misfit[place] = True
        if value is None:
            value = reader.blank
            misfit[place] |= value is None and reader.required
        values.append(value)
    if misfit.any():
        fits &= ~misfit[codes]
    return Coded(codes, values)

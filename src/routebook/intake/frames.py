"""Polars frames as columns of valid leads: each distinct value is read once, not each row.

What a frame's rows come to is what `validate` says of each: a value that repeats a thousand times is simply not
read a thousand times, and a column of whole numbers within bounds is taken as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from routebook.codegen.values import Coded, Values, Whole
from routebook.intake.fields import FieldReader
from routebook.intake.problems import Misfit
from routebook.intake.validate import Intake
from routebook.intake.values import is_missing
from routebook.types import IdType, NumberType, TextType


@dataclass(frozen=True, slots=True)
class FrameLeads:
    """The rows of a frame: the values of each field, and which rows fit the schema."""

    columns: dict[str, Values]
    fits: npt.NDArray[np.bool_]


def read_frame(frame: pl.DataFrame, intake: Intake, needed: Collection[str]) -> FrameLeads:
    """Read the columns of a frame; of fields that are not `needed` only whether they fit is looked at."""
    shape = intake.shape(tuple(frame.columns))
    fits = np.full(frame.height, not shape.clashes)
    columns: dict[str, Values] = {}
    for reader, key in zip(intake.readers, shape.keys, strict=True):
        if key is None:
            columns[reader.name] = Coded(np.zeros(frame.height, dtype=np.int32), [reader.blank])
            if reader.required:
                fits[:] = False
            continue
        series = frame.get_column(key)
        if reader.name not in needed and _any_text_fits(reader, series):
            if reader.required:
                fits &= (~(series.is_null() | (series.str.strip_chars() == ""))).to_numpy()
            continue
        whole = _whole(reader, series)
        columns[reader.name] = whole if whole is not None else _distinct(reader, series, fits)
    return FrameLeads(columns, fits)


def _any_text_fits(reader: FieldReader, series: pl.Series) -> bool:
    return isinstance(reader.field.type, TextType | IdType) and series.dtype == pl.String


def _whole(reader: FieldReader, series: pl.Series) -> Whole | None:
    """A column of whole numbers, where all are known and within the field's bounds."""
    type_ = reader.field.type
    if not isinstance(type_, NumberType) or not series.dtype.is_integer() or series.null_count():
        return None
    if not len(series) or series.dtype in (pl.UInt64, pl.Int128):
        return None
    least, most = series.min(), series.max()
    assert isinstance(least, int)
    assert isinstance(most, int)
    if (type_.low is not None and least < type_.low) or (type_.high is not None and most > type_.high):
        return None
    return Whole(series.to_numpy().astype(np.int64, copy=False))


def _distinct(reader: FieldReader, series: pl.Series, fits: npt.NDArray[np.bool_]) -> Coded:
    """Read each distinct value of a column once; rows whose value does not fit are marked."""
    raws, codes = _coded(series)
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
            misfit[place] |= reader.required
        values.append(value)
    if misfit.any():
        fits &= ~misfit[codes]
    return Coded(codes, values)


def _coded(series: pl.Series) -> tuple[list[Any], npt.NDArray[Any]]:
    """The distinct values, and for each row the place of its value."""
    if series.dtype.is_nested():
        seen: dict[Any, int] = {}
        raws = series.to_list()
        found = [seen.setdefault(repr(raw), len(seen)) for raw in raws]
        firsts = dict(zip(reversed(found), reversed(raws), strict=True))
        return [firsts[code] for code in range(len(seen))], np.array(found, dtype=np.int32)
    values = series.alias("value").to_frame()
    distinct = values.unique(maintain_order=True)
    joined = values.join(
        distinct.with_row_index("place"), on="value", how="left", nulls_equal=True, maintain_order="left"
    )
    return distinct.to_series().to_list(), joined.get_column("place").to_numpy()

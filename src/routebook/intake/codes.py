"""The distinct values of a frame's column, and for each row the place of its value."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

_FEW: Final = 4_096
"""A column of more values than these is not worth a table of its own."""

_SAMPLE: Final = 20_000
"""So many rows show which values a column has."""

_ROUNDS: Final = 3
"""How often values that the sample did not show are added before the other way is taken."""

_AT_ONCE: Final = 16_384
"""Rows are looked up so many at a time, to stay in the processor's cache."""


def coded(series: pl.Series) -> tuple[list[Any], npt.NDArray[np.integer[Any]]]:
    """The distinct values, and for each row the place of its value. A value may stand there without any row."""
    if series.dtype.is_nested() or series.dtype == pl.Object:
        return _nested(series)
    few = _few(series)
    if few is not None:
        return few
    values = series.alias("value").to_frame()
    distinct = values.unique(maintain_order=True)
    joined = values.join(
        distinct.with_row_index("place"), on="value", how="left", nulls_equal=True, maintain_order="left"
    )
    return distinct.to_series().to_list(), joined.get_column("place").to_numpy()


def _nested(series: pl.Series) -> tuple[list[Any], npt.NDArray[np.integer[Any]]]:
    seen: dict[Any, int] = {}
    raws = series.to_list()
    found = [seen.setdefault(repr(raw), len(seen)) for raw in raws]
    firsts = dict(zip(reversed(found), reversed(raws), strict=True))
    return [firsts[code] for code in range(len(seen))], np.array(found, dtype=np.int32)


def _few(series: pl.Series) -> tuple[list[Any], npt.NDArray[np.integer[Any]]] | None:
    """The codes of a column of few values, by a table in which each has a place of its own by its hash.

    Values of other rows may share such a place: that all rows have the value which they were given is looked at
    afterwards, so that nothing hangs on the hash.
    """
    distinct = series.gather_every(max(1, len(series) // _SAMPLE)).unique(maintain_order=True)
    hashes: npt.NDArray[np.uint64] | None = None
    for _ in range(_ROUNDS):
        if len(distinct) > _FEW or not len(series):
            return None
        if hashes is None:
            hashes = series.hash().to_numpy()
        table = _table(distinct.hash().to_numpy())
        if table is None:
            return None
        places, shift = table
        codes = _looked_up(hashes, places, shift)
        meant = distinct.gather(pl.Series(codes))
        if meant.equals(series):
            return distinct.to_list(), codes
        strangers = series.filter(meant.ne_missing(series)).unique(maintain_order=True)
        distinct = pl.concat([distinct, strangers])
    return None


def _table(hashes: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.integer[Any]], int] | None:
    """The places of distinct values by so many bits of their hashes that no two share one."""
    kind = np.uint8 if len(hashes) <= 256 else np.uint16
    width = max(8, 2 * len(hashes).bit_length() - 1)
    for bits in range(width, width + 4):
        for shift in range(0, 64 - bits, 7):
            slots = _slots(hashes, shift, bits)
            if len(np.unique(slots)) == len(slots):
                places: npt.NDArray[np.integer[Any]] = np.zeros(1 << bits, dtype=kind)
                places[slots] = np.arange(len(slots))
                return places, shift
    return None


def _slots(hashes: npt.NDArray[np.uint64], shift: int, bits: int) -> npt.NDArray[np.int64]:
    return ((hashes >> np.uint64(shift)) & np.uint64((1 << bits) - 1)).view(np.int64)


def _looked_up(
    hashes: npt.NDArray[np.uint64], places: npt.NDArray[np.integer[Any]], shift: int
) -> npt.NDArray[np.integer[Any]]:
    bits = len(places).bit_length() - 1
    codes = np.empty(len(hashes), dtype=places.dtype)
    for start in range(0, len(hashes), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        np.take(places, _slots(hashes[part], shift, bits), out=codes[part], mode="clip")
    return codes

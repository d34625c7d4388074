"""Plots as SVG that needs no other program or file: bars with marks, and lines over time."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from routebook.render.visible import clipped, visible

WIDTH: Final = 720
_COLOURS: Final = ("#3182ce", "#dd6b20", "#38a169", "#805ad5", "#d53f8c", "#718096", "#b7791f", "#319795")
_LABEL: Final = 170
_ROW: Final = 22
_LETTERS: Final = 24
_STYLE: Final = """\
svg { --ink: #1a202c; --soft: #4a5568; --paper: #ffffff; --line: #cbd5e0; }
@media (prefers-color-scheme: dark) { svg { --ink: #edf2f7; --soft: #a0aec0; --paper: #1a202c; --line: #4a5568; } }
text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1a202c; fill: var(--ink); }
.name { font-weight: bold; } .soft { fill: #4a5568; fill: var(--soft); }
.paper { fill: #ffffff; fill: var(--paper); }
.axis { stroke: #cbd5e0; stroke: var(--line); fill: none; }
.mark { stroke: #1a202c; stroke: var(--ink); stroke-width: 2; }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar for each of the series, in their order; `mark` is a line across, such as what would be fair."""

    label: str
    values: tuple[float, ...]
    mark: float | None = None


def bars(title: str, rows: Sequence[Bar], series: Sequence[str] = (), note: str = "", unit: str = "") -> str:
    """Bars below each other, from zero; `series` names the bars of a row where there are several."""
    many = max((len(row.values) for row in rows), default=1)
    most = max((value for row in rows for value in (*row.values, row.mark or 0)), default=0) or 1
    top = 46 + (18 if series else 0) + (18 if note else 0)
    height = max(_ROW, 13 * many + 8)
    room = WIDTH - _LABEL - 80
    parts = [*_head(title, series, note)]
    for place, row in enumerate(rows):
        y = top + place * height
        parts.append(_text(_LABEL - 8, y + height / 2 + 3, clipped(visible(row.label), _LETTERS), "end"))
        for index, value in enumerate(row.values):
            thick = (height - 8) / many
            at, length = y + 3 + index * thick, room * value / most
            parts.append(
                f'<rect x="{_LABEL}" y="{at:g}" width="{length:.1f}" height="{thick - 1:.1f}" '
                f'fill="{_colour(index)}"/>'
            )
            parts.append(
                _text(_LABEL + length + 6, at + thick / 2 + 4, f"{_number(value)}{unit}", css="soft")
            )
        if row.mark is not None:
            x = _LABEL + room * row.mark / most
            parts.append(f'<path class="mark" d="M{x:.1f} {y + 1:g}V{y + height - 4:g}"/>')
    return _document(title, parts, round(top + len(rows) * height + 10))


def lines(
    title: str, xs: Sequence[str], series: Mapping[str, Sequence[float]], note: str = "", unit: str = ""
) -> str:
    """Lines over the same points; of `xs` the first and the last are written below."""
    names = [visible(name) for name in series]
    most = max((value for line in series.values() for value in line), default=0) or 1
    top, low, left, right = 64 + (18 if note else 0), 300, 64, WIDTH - 20
    low += top - 64
    parts = [*_head(title, names if len(names) > 1 else (), note)]
    for share in (0, 0.5, 1):
        y = low - (low - top) * share
        parts.append(f'<path class="axis" d="M{left} {y:.1f}H{right}"/>')
        parts.append(_text(left - 8, y + 4, f"{_number(most * share)}{unit}", "end", "soft"))
    for index, line in enumerate(series.values()):
        if line:
            step = (right - left) / max(1, len(line) - 1)
            points = " ".join(
                f"{left + place * step:.1f},{low - (low - top) * value / most:.1f}"
                for place, value in enumerate(line)
            )
            dash = ' stroke-dasharray="6 3"' if index >= len(_COLOURS) else ""
            parts.append(
                f'<polyline points="{points}" fill="none" stroke-width="2" stroke="{_colour(index)}"{dash}/>'
            )
    if xs:
        parts.append(_text(left, low + 20, visible(xs[0]), css="soft"))
        parts.append(_text(right, low + 20, visible(xs[-1]), "end", "soft"))
    return _document(title, parts, low + 34)


def _head(title: str, series: Sequence[str], note: str) -> Iterator[str]:
    yield _text(12, 24, clipped(visible(title), 90), css="name")
    y = 42
    if note:
        yield _text(12, y, clipped(visible(note), 100), css="soft")
        y += 18
    x = 12.0
    for index, name in enumerate(series):
        shown = clipped(visible(name), 30)
        width = 26 + 7.3 * len(shown)
        if x + width > WIDTH:
            break  # the rest is told by the table that goes with the plot
        yield f'<rect x="{x:.1f}" y="{y - 9}" width="10" height="10" fill="{_colour(index)}"/>'
        yield _text(x + 15, y, shown, css="soft")
        x += width


def _text(x: float, y: float, words: str, anchor: str = "start", css: str = "") -> str:
    kind = f' class="{css}"' if css else ""
    end = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}"{end}{kind}>{html.escape(words)}</text>'


def _colour(index: int) -> str:
    return _COLOURS[index % len(_COLOURS)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"


def _document(title: str, parts: Sequence[str], height: int) -> str:
    shown = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img">\n<title>{html.escape(visible(title))}</title>\n<style>\n{_STYLE}</style>\n'
        f'<rect class="paper" width="100%" height="100%"/>\n{shown}\n</svg>\n'
    )

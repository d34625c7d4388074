"""The evaluation tree as one SVG picture that needs no other program or file.

Rules stand below each other in the order in which they are tried, the rules of a block set in; to the right
of a rule is its plan. A lead goes right where the rule takes it and down where it does not.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from routebook.plan.tree import Tree
from routebook.render.graph_view import Box, every_box, outline
from routebook.render.paint import Style
from routebook.render.visible import clipped
from routebook.render.wrap import wrapped

_COLUMNS: Final = 46
_LINES: Final = 6
_CHAR: Final = 7.3  # the width of a character of 12 px in the widest of the usual monospace faces
_ROW: Final = 17
_PAD: Final = 9
_BOX: Final = round(_COLUMNS * _CHAR) + 2 * _PAD
_INDENT: Final = 56
_SPINE: Final = 18  # where, from a box's left edge, the way down leaves it
_ACROSS: Final = 64
_DOWN: Final = 34
_MARGIN: Final = 24

_CSS: Final = """\
svg { --ink: #1a202c; --soft: #4a5568; --line: #718096; --paper: #ffffff; --box: #f7fafc; --gone: #c53030; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #edf2f7; --soft: #a0aec0; --line: #a0aec0; --paper: #1a202c; --box: #2d3748; --gone: #fc8181; }
}
text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
text { fill: #1a202c; fill: var(--ink); }
.name { font-weight: bold; } .soft { fill: #4a5568; fill: var(--soft); }
.paper { fill: #ffffff; fill: var(--paper); }
.rule { fill: #f7fafc; fill: var(--box); stroke: #718096; stroke: var(--line); }
.plan { fill: #f7fafc; fill: var(--box); stroke: none; }
.gone { fill: none; stroke: #c53030; stroke: var(--gone); stroke-dasharray: 4; }
.way { fill: none; stroke: #718096; stroke: var(--line); }
.head { fill: #718096; fill: var(--line); }
.assign { fill: #3182ce; } .hold { fill: #718096; } .queue { fill: #d69e2e; }
.nurture { fill: #38a169; } .reject { fill: #e53e3e; } .split { fill: #805ad5; }
"""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A rule in its place. `join` is how far down its block reaches, and a little more."""

    box: Box
    left: int
    top: int
    rows: tuple[tuple[str, str], ...]
    plan: tuple[tuple[str, str], ...]
    inner: tuple[_Placed, ...]
    join: int

    @property
    def height(self) -> int:
        return _height(self.rows)

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def spine(self) -> int:
        return self.left + _SPINE


@dataclass(slots=True)
class _Canvas:
    """What has been drawn; `plans` is where the column of plans begins."""

    plans: int
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, css: str = "") -> None:
        kind = f' class="{css}"' if css else ""
        self.parts.append(f'<text x="{x:g}" y="{y:g}"{kind}>{html.escape(words)}</text>')

    def frame(self, x: int, y: int, height: int, css: str, corner: int) -> None:
        place = f'x="{x}" y="{y}" width="{_BOX}" height="{height}" rx="{corner}"'
        self.parts.append(f'<rect class="{css}" {place}/>')

    def way(self, *points: tuple[float, float], arrow: bool = True) -> None:
        steps = " ".join(f"{x:g},{y:g}" for x, y in points)
        end = ' marker-end="url(#head)"' if arrow else ""
        self.parts.append(f'<polyline class="way" points="{steps}"{end}/>')


def render(tree: Tree, style: Style) -> str:
    """The picture. Long conditions are cut, and whole in the tooltip, unless everything is asked for."""
    picture = outline(tree)
    depth = max((box.id.count("_") for box in every_box(picture.boxes)), default=0)
    canvas = _Canvas(plans=_MARGIN + depth * _INDENT + _BOX + _ACROSS)
    first = _MARGIN + 16 + _DOWN
    placed, bottom = _place(picture.boxes, _MARGIN, first, 1_000 if style.everything else _LINES)
    canvas.text(_MARGIN, _MARGIN + 6, clipped(picture.title, 2 * _COLUMNS), "name")
    spine = _MARGIN + _SPINE
    canvas.way((spine, first - _DOWN), (spine, first))
    if picture.leaves_some:
        rows = (("undecided", "name"), ("no rule takes the lead", "soft"))
        _frame(canvas, _MARGIN, bottom, rows, "gone")
        end = bottom + _height(rows)
    else:
        end = bottom - _DOWN
    _draw(canvas, placed, None, bottom)
    return _document(canvas, canvas.plans + _BOX + _MARGIN, end + _MARGIN, picture.title)


def _place(boxes: Sequence[Box], left: int, top: int, most: int) -> tuple[tuple[_Placed, ...], int]:
    """The rules below each other from `top` on, and where what comes after them begins."""
    placed: list[_Placed] = []
    for box in boxes:
        rows, plan = tuple(_rule_rows(box, most)), tuple(_plan_rows(box, most))
        below = top + max(_height(rows), _height(plan) if plan else 0) + _DOWN
        inner, below = _place(box.rules, left + _INDENT, below, most)
        placed.append(_Placed(box, left, top, rows, plan, inner, below - _DOWN // 2))
        top = below
    return tuple(placed), top


def _rule_rows(box: Box, most: int) -> Iterator[tuple[str, str]]:
    yield clipped(box.name, _COLUMNS), "name"
    yield from ((row, "soft") for row in wrapped(box.description or "", _COLUMNS, 2))
    yield from ((row, "") for row in wrapped(box.asks, _COLUMNS, most))


def _plan_rows(box: Box, most: int) -> Iterator[tuple[str, str]]:
    """The rows of a plan, each with the kind of target that it is a row of."""
    for index, aim in enumerate(box.aims):
        text = f"then {aim.text}" if index else aim.text
        yield from ((row, aim.kind) for row in wrapped(text, _COLUMNS, most))
    if box.falls_back:
        yield "then on to else", ""
    if box.sla:
        yield clipped(f"under {box.sla}", _COLUMNS), ""


def _height(rows: Sequence[tuple[str, str]]) -> int:
    return len(rows) * _ROW + 2 * _PAD


def _draw(canvas: _Canvas, level: Sequence[_Placed], parent: _Placed | None, after: int) -> None:
    """The rules of one list, the ways between them, and the way out of the last one."""
    for index, placed in enumerate(level):
        following = level[index + 1].top if index + 1 < len(level) else None
        _draw_rule(canvas, placed)
        if placed.box.passes_on:
            asks = placed.box.condition is not None
            start = (placed.spine, placed.bottom if asks else placed.join)
            if asks:
                canvas.text(placed.spine + 6, placed.bottom + 14, "no", "soft")
            if following is not None:
                canvas.way(start, (placed.spine, following))
            elif parent is None:
                canvas.way(start, (placed.spine, after))
            else:
                # Out of the block, onto the way that leads past it.
                canvas.way(start, (placed.spine, placed.join), (parent.spine, placed.join), arrow=False)
        _draw(canvas, placed.inner, placed, after)


def _draw_rule(canvas: _Canvas, placed: _Placed) -> None:
    box = placed.box
    words = "\n".join(filter(None, (box.name, box.description, box.asks)))
    canvas.parts.append(f"<g><title>{html.escape(words)}</title>")
    _frame(canvas, placed.left, placed.top, placed.rows, "rule")
    canvas.parts.append("</g>")
    if placed.inner:
        column = placed.inner[0].spine
        canvas.way((column, placed.bottom), (column, placed.inner[0].top))
        if box.condition is not None:
            canvas.text(column + 6, placed.bottom + 14, "yes", "soft")
    if placed.plan:
        _draw_plan(canvas, placed)


def _draw_plan(canvas: _Canvas, placed: _Placed) -> None:
    height = placed.top + _ROW + 2
    canvas.way((placed.left + _BOX, height), (canvas.plans, height))
    if placed.box.condition is not None:
        canvas.text(placed.left + _BOX + 8, height - 5, "yes", "soft")
    words = "\n".join(aim.text for aim in placed.box.aims)
    canvas.parts.append(f"<g><title>{html.escape(words)}</title>")
    plain = tuple((row, "" if kind else "soft") for row, kind in placed.plan)
    _frame(canvas, canvas.plans, placed.top, plain, "plan")
    for index, (_, kind) in enumerate(placed.plan):
        if kind:
            top = placed.top + _PAD + index * _ROW
            canvas.parts.append(
                f'<rect class="{kind}" x="{canvas.plans}" y="{top}" width="4" height="{_ROW}"/>'
            )
    canvas.parts.append("</g>")


def _frame(canvas: _Canvas, left: int, top: int, rows: Sequence[tuple[str, str]], css: str) -> None:
    canvas.frame(left, top, _height(rows), css, 2 if css == "plan" else 8)
    for index, (row, kind) in enumerate(rows):
        canvas.text(left + _PAD + (4 if css == "plan" else 0), top + _PAD + index * _ROW + 13, row, kind)


def _document(canvas: _Canvas, width: int, height: int, title: str) -> str:
    head = (
        '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path class="head" d="M0,0 L8,4 L0,8 z"/></marker>'
    )
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img">',
            f"<title>{html.escape(title)}</title>",
            f"<style>\n{_CSS}</style>",
            f"<defs>{head}</defs>",
            f'<rect class="paper" width="{width}" height="{height}"/>',
            *canvas.parts,
            "</svg>\n",
        )
    )

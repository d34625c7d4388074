"""The evaluation tree in the DOT language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from routebook.plan.tree import Tree
from routebook.render.graph_view import UNDECIDED, Box, every_box, outline, ways
from routebook.render.paint import Style
from routebook.render.wrap import wrapped

_WIDTH: Final = 44
_LINES: Final = 5
_COLOURS: Final = {
    "assign": "#2b6cb0",
    "hold": "#718096",
    "queue": "#b7791f",
    "nurture": "#2f855a",
    "reject": "#c53030",
    "split": "#6b46c1",
}


def render(tree: Tree, style: Style) -> str:
    """The graph: a rule is a rounded box, its plan a box in the colour of its first target."""
    picture = outline(tree)
    most = 1_000 if style.everything else _LINES
    lines = [
        "digraph policy {",
        "  rankdir=TB;",
        '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];',
        '  edge [fontname="Helvetica", fontsize=10];',
        f"  start [label={_quoted([picture.title])}, shape=oval];",
    ]
    for box in every_box(picture.boxes):
        lines += _box(box, most)
    if picture.leaves_some:
        label = _quoted(["undecided", "no rule takes the lead"])
        lines.append(f'  {UNDECIDED} [label={label}, style=dashed, color="#c53030"];')
    for way in ways(picture):
        label = {True: ' [label="yes"]', False: ' [label="no"]', None: ""}[way.holds]
        lines.append(f"  {way.source or 'start'} -> {way.target}{label};")
    return "\n".join([*lines, "}"]) + "\n"


def _box(box: Box, most: int) -> Iterator[str]:
    title = [box.name, *wrapped(box.description or "", _WIDTH, 2)]
    yield f"  {box.id} [label={_quoted([*title, *wrapped(box.asks, _WIDTH, most)])}];"
    if not box.aims:
        return
    rows: list[str] = []
    for index, aim in enumerate(box.aims):
        rows += wrapped(f"then {aim.text}" if index else aim.text, _WIDTH, most)
    rows += ["then on to else"] if box.falls_back else []
    rows += wrapped(f"under {box.sla}", _WIDTH, 1) if box.sla else []
    colour = _COLOURS[box.aims[0].kind]
    yield f'  {box.id}_plan [label={_quoted(rows)}, style=solid, color="{colour}"];'
    # A plan stands beside its rule, so that the rules read from top to bottom.
    yield f"  {{ rank=same; {box.id}; {box.id}_plan; }}"
    label = ' [label="yes"]' if box.condition is not None else ""
    yield f"  {box.id} -> {box.id}_plan{label};"


def _quoted(rows: Sequence[str]) -> str:
    r"""The rows as a quoted DOT string, in which a backslash starts an escape and `&` an entity."""
    safe = (row.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for row in rows)
    return '"' + "\\n".join(safe) + '"'

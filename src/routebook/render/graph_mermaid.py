"""The evaluation tree as a Mermaid flowchart, which code hosts draw inside Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.plan.tree import Tree
from routebook.render.graph_view import UNDECIDED, Box, every_box, outline, ways
from routebook.render.paint import Style
from routebook.render.wrap import wrapped

_WIDTH: Final = 30
_LINES: Final = 5
_PLAIN: Final = frozenset(" ,=()/")


def render(tree: Tree, style: Style) -> str:
    """The flowchart: a rule is a rounded box, its plan a plain one."""
    picture = outline(tree)
    most = 1_000 if style.everything else _LINES
    lines = ["flowchart TD", f"  start([{_label([picture.title])}])"]
    for box in every_box(picture.boxes):
        lines += _box(box, most)
    if picture.leaves_some:
        lines.append(f"  {UNDECIDED}[{_label(['undecided', 'no rule takes the lead'])}]")
    for way in ways(picture):
        arrow = {True: "-->|yes|", False: "-->|no|", None: "-->"}[way.holds]
        lines.append(f"  {way.source or 'start'} {arrow} {way.target}")
    lines += _classes(picture.boxes, picture.leaves_some)
    return "\n".join(lines) + "\n"


def _box(box: Box, most: int) -> Iterator[str]:
    title = [box.name, *wrapped(box.description or "", _WIDTH, 2)]
    yield f"  {box.id}({_label([*title, *wrapped(box.asks, _WIDTH, most)])})"
    if box.aims:
        yield f"  {box.id}_plan[{_label(_plan(box, most))}]"
        arrow = "-->" if box.condition is None else "-->|yes|"
        yield f"  {box.id} {arrow} {box.id}_plan"


def _plan(box: Box, most: int) -> list[str]:
    rows: list[str] = []
    for index, aim in enumerate(box.aims):
        rows += wrapped(f"then {aim.text}" if index else aim.text, _WIDTH, most)
    if box.falls_back:
        rows.append("then on to else")
    if box.sla:
        rows += wrapped(f"under {box.sla}", _WIDTH, 1)
    return rows


def _classes(boxes: tuple[Box, ...], leaves_some: bool) -> Iterator[str]:
    yield "  classDef assign stroke-width:2px"
    yield "  classDef away stroke-dasharray:4"
    kinds: dict[str, list[str]] = {"assign": [], "away": [UNDECIDED] if leaves_some else []}
    for box in every_box(boxes):
        if box.aims:
            kinds["assign" if box.aims[0].kind == "assign" else "away"].append(f"{box.id}_plan")
    for name, members in kinds.items():
        if members:
            yield f"  class {','.join(members)} {name}"


def _label(rows: list[str]) -> str:
    return f'"{"<br/>".join(map(_safe, rows))}"'


def _safe(text: str) -> str:
    """The text with all that Mermaid, its Markdown or HTML might read in it as `#NN;`, Mermaid's own escape.

    Letters and digits stay, and between them the dots, dashes and underscores of names and numbers.
    """
    last = len(text) - 1

    def keeps(index: int, char: str) -> bool:
        if char.isalnum() or char in _PLAIN or ord(char) > 0x2000:
            return True
        return char in "._-" and 0 < index < last and text[index - 1].isalnum() and text[index + 1].isalnum()

    return "".join(char if keeps(index, char) else f"#{ord(char)};" for index, char in enumerate(text))

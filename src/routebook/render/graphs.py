"""The formats of pictures of a policy."""

from __future__ import annotations

from typing import Final

from routebook.plan.tree import Tree
from routebook.render import graph_dot, graph_mermaid, graph_svg
from routebook.render.formats import Format

FORMATS: Final[tuple[Format[Tree], ...]] = (
    Format("mermaid", graph_mermaid.render, "a Mermaid flowchart, to put into Markdown"),
    Format("dot", graph_dot.render, "the DOT language of Graphviz"),
    Format("svg", graph_svg.render, "one picture, for browsers"),
)

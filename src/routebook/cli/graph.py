"""`routebook graph`: the evaluation tree as a picture."""

from __future__ import annotations

import sys

import click

from routebook.cli.options import format_option, policy_argument
from routebook.cli.progress import Progress
from routebook.cli.project import load_policy
from routebook.cli.streams import emit
from routebook.render.formats import named
from routebook.render.graphs import FORMATS
from routebook.render.paint import style_for


@click.command("graph")
@policy_argument
@format_option(FORMATS, default="mermaid")
def command(policy: str, format_: str) -> None:
    """Draw the rules of a policy in the order in which they are tried, with where each one sends a lead.

    \b
    Example:
      routebook graph policies/card --format svg > card.svg
    """
    with Progress("drawing"):
        picture = named(FORMATS, format_).render(load_policy(policy).tree, style_for(sys.stdout))
    emit(picture if picture.endswith("\n") else f"{picture}\n")

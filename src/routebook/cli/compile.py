"""`routebook compile`: the policy for where there is no Routebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from routebook.cli.options import output_option, policy_argument
from routebook.cli.outputs import text_to
from routebook.cli.project import load_policy
from routebook.cli.streams import STREAM, emit
from routebook.plan.tree import Tree


def _python(tree: Tree) -> str:
    from routebook.codegen.standalone import standalone

    return standalone(tree)


def _json(tree: Tree) -> str:
    import json

    from routebook.codegen.json_tree import tree_json

    return json.dumps(tree_json(tree), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a policy can be compiled to."""

    name: str
    doc: str
    write: Callable[[Tree], str]


TARGETS: Final = (
    Target("python", "one module that needs nothing but Python", _python),
    Target("json", "the evaluation tree, for readers in other languages", _json),
)


@click.command("compile")
@policy_argument
@click.option(
    "--to",
    "to",
    type=click.Choice([row.name for row in TARGETS]),
    required=True,
    help="; ".join(f"{row.name}: {row.doc}" for row in TARGETS) + ".",
)
@output_option
def command(policy: str, to: str, output: str | None) -> None:
    """Write a policy in another form that makes the same decisions.

    The schema of the JSON is docs/schemas/tree.json, and docs/read_tree.py reads it. A policy that the other
    form cannot keep exactly is refused, with what in it cannot be kept.

    \b
    Example:
      routebook compile policies/card --to python --output card.py
      routebook compile policies/card --to json | jq .rules
    """
    target = next(row for row in TARGETS if row.name == to)
    text = target.write(load_policy(policy).tree)
    if output is None or output == STREAM:
        emit(text)
        return
    with text_to(Path(output)) as stream:
        stream.write(text)

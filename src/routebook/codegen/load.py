"""From a tree to a function, by way of generated Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routebook.codegen.emit import Emitter
from routebook.codegen.running import Decide, execute, straight
from routebook.plan.tree import Tree


@dataclass(frozen=True, slots=True)
class Code:
    """A generated module: its source, and its namespace after it ran."""

    source: str
    namespace: dict[str, Any]


def run(emitter: Emitter, functions: list[str], label: str, tables: Mapping[str, Any] | None = None) -> Code:
    """Compile the functions with what they call. `label` names the code in tracebacks, `tables` are in its reach."""
    source = _module(emitter, functions)
    return Code(source, execute(source, label, emitter.tree.timezone, tables or {}))


def _module(emitter: Emitter, functions: list[str]) -> str:
    # computed fields add to the constants and helpers, which stand before them
    computed = emitter.computed()
    return "\n\n".join([*emitter.constants.lines(), *emitter.helpers(), *computed, *functions]) + "\n"


def straight_source(tree: Tree) -> str:
    """The policy as one straight function of answers by name: what `running.straight` brings to life."""
    emitter = Emitter(tree)
    decide = emitter.decide(answer=lambda number: "None" if number < 0 else f"answer_{number}")
    return _module(emitter, [decide])


def compile_straight(tree: Tree, answers: Sequence[Any] | None = None) -> Decide:
    """The policy as one straight function: quickest for some dozens of rules.

    Where `answers` are given, one a leaf, it returns those, and None where no leaf takes the lead.
    """
    if answers is not None:
        return straight(straight_source(tree), tree.digest, tree.timezone, answers)
    emitter = Emitter(tree)
    code = run(emitter, [emitter.decide()], f"<policy {tree.digest[:19]}>")
    function: Decide = code.namespace["decide"]
    return function

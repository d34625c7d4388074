"""Generated Python, brought to life: the source is compiled with nothing in reach but what it needs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

from routebook.codegen.emit import Emitter
from routebook.operators import pattern
from routebook.plan.tree import Tree
from routebook.text import fold

Decide: TypeAlias = Callable[[Mapping[str, Any], datetime], Any]
"""From a valid lead's values and the moment to the number of the leaf that takes it, -1 where none does.

Where it was compiled with answers it returns those, and None where no leaf takes the lead.
"""

_MISSING: Final = object()


def _computed(memo: dict[Any, Any], compute: Callable[..., Any], lead: Any, now: datetime) -> Any:
    """A computed field, worked out once a lead."""
    value = memo.get(compute, _MISSING)
    if value is _MISSING:
        value = memo[compute] = compute(lead, now, memo)
    return value


@dataclass(frozen=True, slots=True)
class Code:
    """A generated module: its source, and its namespace after it ran."""

    source: str
    namespace: dict[str, Any]


def run(emitter: Emitter, functions: list[str], label: str, tables: Mapping[str, Any] | None = None) -> Code:
    """Compile the functions with what they call. `label` names the code in tracebacks, `tables` are in its reach."""
    computed = emitter.computed()
    parts = [*emitter.constants.lines(), *emitter.helpers(), *computed, *functions]
    source = "\n\n".join(parts) + "\n"
    namespace: dict[str, Any] = {
        "__builtins__": {"map": map, "frozenset": frozenset, "max": max, "min": min},
        "date": date,
        "datetime": datetime,
        "time": time,
        "Decimal": Decimal,
        "Fraction": Fraction,
        "fold": fold,
        "pattern": pattern,
        "computed": _computed,
        "zone": emitter.tree.timezone,
        "bisect_left": bisect_left,
        "bisect_right": bisect_right,
        **(tables or {}),
    }
    exec(compile(source, label, "exec"), namespace)
    return Code(source, namespace)


def compile_straight(tree: Tree, answers: Sequence[Any] | None = None) -> Decide:
    """The policy as one straight function: quickest for some dozens of rules.

    Where `answers` are given, one a leaf, it returns those, and None where no leaf takes the lead.
    """
    emitter = Emitter(tree)
    tables: dict[str, Any] = {}
    if answers is None:
        source = emitter.decide()
    else:
        tables = {f"answer_{number}": answer for number, answer in enumerate(answers)}
        source = emitter.decide(answer=lambda number: "None" if number < 0 else f"answer_{number}")
    code = run(emitter, [source], f"<policy {tree.digest[:19]}>", tables)
    function: Decide = code.namespace["decide"]
    return function

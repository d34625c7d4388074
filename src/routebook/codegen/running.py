"""Generated Python, brought to life: the source is compiled with nothing in reach but what it needs.

This is all that a decision takes where the source is at hand already.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from routebook.text import fold

Decide: TypeAlias = Callable[[Mapping[str, Any], datetime], Any]
"""From a valid lead's values and the moment to the number of the leaf that takes it, -1 where none does.

Where it was compiled with answers it returns those, and None where no leaf takes the lead.
"""

Verdict: TypeAlias = tuple[str, tuple[str, ...], str | None]
"""A rule, its plan in words, and its SLA."""

_MISSING: Final = object()


def _computed(memo: dict[Any, Any], compute: Callable[..., Any], lead: Any, now: datetime) -> Any:
    """A computed field, worked out once a lead."""
    value = memo.get(compute, _MISSING)
    if value is _MISSING:
        value = memo[compute] = compute(lead, now, memo)
    return value


def _pattern(text: str, fold_case: bool) -> Any:
    from routebook.operators import pattern  # few policies have patterns

    return pattern(text, fold_case)


def execute(source: str, label: str, zone: ZoneInfo, tables: Mapping[str, Any]) -> dict[str, Any]:
    """The namespace of a generated module after it ran, with these tables in its reach.

    `label` names the code in tracebacks, `zone` is the policy's time zone.
    """
    namespace: dict[str, Any] = {
        "__builtins__": {"map": map, "frozenset": frozenset, "max": max, "min": min},
        "date": date,
        "datetime": datetime,
        "time": time,
        "Decimal": Decimal,
        "Fraction": Fraction,
        "fold": fold,
        "pattern": _pattern,
        "computed": _computed,
        "zone": zone,
        "bisect_left": bisect_left,
        "bisect_right": bisect_right,
        **tables,
    }
    exec(compile(source, label, "exec"), namespace)
    return namespace


def straight(source: str, digest: str, zone: ZoneInfo, answers: Sequence[Any]) -> Decide:
    """The function of a policy's straight code, as `load.straight_source` writes it, with these answers."""
    tables = {f"answer_{number}": answer for number, answer in enumerate(answers)}
    function: Decide = execute(source, f"<policy {digest[:19]}>", zone, tables)["decide"]
    return function

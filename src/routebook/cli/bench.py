"""`routebook bench`: how long decisions of one policy take on this machine."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Any, Final

import click

from routebook import api
from routebook.cli.options import leads_option, policy_argument, read_once, source_option
from routebook.cli.project import load_policy, settings_of, source_of
from routebook.cli.streams import emit, say
from routebook.codegen.compiled import compile_policy
from routebook.decision import Lead
from routebook.diagnostics import RoutebookError
from routebook.intake.leads import Incoming, Leads
from routebook.intake.validate import Intake
from routebook.source import Source

ROUNDS: Final = 15
ENOUGH: Final = 2000
"""Decisions in one round, the leads being taken again where they are fewer."""


@click.command("bench")
@policy_argument
@leads_option
@source_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(policy: str, leads: str, leads_format: str | None, source: str | None, format_: str) -> None:
    """Measure decisions on valid leads: microseconds each, compile time and memory.

    The median of several rounds, and between which two times the middle half of them lie; a decision is the
    rule with its plan, without reading and writing.

    \b
    Example:
      routebook bench policies/card --leads policies/card/leads.csv
    """
    read_once(policy, leads)
    chosen = load_policy(policy)
    loading = _from_text(chosen)
    settings = settings_of(policy)
    intake = Intake(chosen.tree.schema, chosen.tree.timezone, source_of(source, settings, chosen))
    with Leads(leads, intake, leads_format) as read:
        valid = [item.lead for item in read if isinstance(item, Incoming)]
    if not valid:
        raise RoutebookError(f"none of the leads in `{leads}` fits the policy: there is nothing to measure")
    found = measure(chosen, valid) | {"load_ms": round(loading * 1000, 1)}
    emit(json.dumps(found) + "\n" if format_ == "json" else _text(found))
    if len(valid) < 100:
        say(f"note: {len(valid)} leads are few: their values stay in the processor's cache")


def _from_text(policy: api.Policy) -> float:
    """Seconds from the policy's texts to a policy that can decide, whatever earlier runs have kept of it."""
    from routebook import files
    from routebook.check.policy import check
    from routebook.plan.build import build

    program = policy.checked.program
    main, *imported = program.files
    by_name = {source.name: source for source in imported}
    imports = [
        files.Import(_named(program.files, a), path, by_name[b]) for (a, path), b in program.links.items()
    ]
    began = time.perf_counter()
    again = files.parsed_again(main, (), imports)
    checked = check(again.program).policy
    assert checked is not None
    build(checked)
    return time.perf_counter() - began


def _named(sources: Sequence[Source], name: str) -> Source:
    return next(source for source in sources if source.name == name)


def measure(policy: api.Policy, leads: list[Lead]) -> dict[str, Any]:
    """Time and memory of the compiled policy on these leads."""
    tracemalloc.start()
    began = time.perf_counter()
    decide = compile_policy(policy.tree, tuple(policy.tree.leaves()))
    compiling = time.perf_counter() - began
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    now = datetime.now(UTC)
    values = [lead.raw for lead in leads]
    values *= max(1, ENOUGH // len(values))
    times = sorted(_round(decide, values, now) for _ in range(ROUNDS))
    low, _, high = quantiles(times, n=4)
    return {
        "rules": sum(1 for _ in policy.tree.leaves()),
        "leads": len(leads),
        "decision_us": round(median(times), 3),
        "decision_us_low": round(low, 3),
        "decision_us_high": round(high, 3),
        "compile_ms": round(compiling * 1000, 1),
        "memory_mb": round(memory / 1e6, 2),
    }


def _round(decide: Callable[..., Any], values: list[dict[str, Any]], now: datetime) -> float:
    began = time.perf_counter()
    for value in values:
        decide(value, now)
    return (time.perf_counter() - began) / len(values) * 1e6


def _text(found: dict[str, Any]) -> str:
    return (
        f"rules     {found['rules']:>10,}\n"
        f"decision  {found['decision_us']:>10,.2f} µs  "
        f"({found['decision_us_low']:,.2f} to {found['decision_us_high']:,.2f})\n"
        f"load      {found['load_ms']:>10,.1f} ms\n"
        f"compile   {found['compile_ms']:>10,.1f} ms\n"
        f"memory    {found['memory_mb']:>10,.1f} MB\n"
    )

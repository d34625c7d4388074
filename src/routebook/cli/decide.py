"""`routebook decide`: what the policy alone says of each lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import click

from routebook.cli.decide_table import decide_blocks, is_worth_it
from routebook.cli.endings import NO
from routebook.cli.lead_run import LeadRun, Places
from routebook.cli.options import (
    leads_option,
    now_option,
    output_option,
    policy_argument,
    read_once,
    rejects_option,
    source_option,
    strict_option,
)
from routebook.cli.project import load_policy, own_source_of
from routebook.intake.validate import Intake
from routebook.render.rows import DECISION_COLUMNS


@click.command("decide")
@policy_argument
@leads_option
@source_option
@now_option
@output_option
@rejects_option
@strict_option
@click.pass_context
def command(
    context: click.Context,
    policy: str,
    leads: str,
    leads_format: str | None,
    source: str | None,
    now: datetime | None,
    output: str | None,
    rejects: str | None,
    strict: bool,
) -> None:
    """Say for each lead which rule takes it, and the plan: who would be tried, in order.

    Nobody is assigned and nothing is kept: there is no roster and no store. A lead that no rule takes is
    `undecided`. A policy with gaps or dead rules runs; one with syntax or type errors does not.

    \b
    Example:
      routebook decide policies/card --leads leads.csv
      routebook decide policies/card --leads - --output decisions.csv < leads.jsonl
    """
    read_once(policy, leads)
    places = Places(leads, leads_format, output, rejects)
    places.check()
    chosen = load_policy(policy)
    intake = Intake(chosen.schema, chosen.timezone, own_source_of(source, chosen))
    with LeadRun(places, intake, DECISION_COLUMNS, "deciding") as run:
        if is_worth_it(places) and run.leads.has_blocks:
            decide_blocks(run, chosen.tree, intake.source, now)
        for incoming in run.fitting():
            run.write(replace(chosen.decide(incoming.lead, now), lead=incoming.id))
    run.sum_up()
    if strict and run.has_rejects:
        context.exit(NO)

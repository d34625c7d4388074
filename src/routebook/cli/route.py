"""`routebook route`: the main job."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from routebook import api
from routebook.cli.endings import NO
from routebook.cli.lead_run import LeadRun, Places
from routebook.cli.options import (
    accounts_option,
    history_option,
    leads_option,
    now_option,
    output_option,
    policy_argument,
    read_once,
    rejects_option,
    roster_option,
    source_option,
    store_option,
    strict_option,
)
from routebook.cli.progress import Progress
from routebook.cli.project import (
    accounts_of,
    history_of,
    load_policy,
    read_roster,
    roster_path,
    settings_of,
    source_of,
    store_of,
)
from routebook.cli.streams import say
from routebook.decision import Lead
from routebook.diagnostics import PolicyError
from routebook.intake.leads import Incoming
from routebook.intake.validate import Intake
from routebook.render.rows import ASSIGNMENT_COLUMNS
from routebook.render.visible import visible
from routebook.roster import Roster
from routebook.routing import Router
from routebook.settings import Settings


@click.command("route")
@policy_argument
@leads_option
@roster_option
@accounts_option
@history_option
@store_option
@source_option
@now_option
@output_option
@rejects_option
@strict_option
@click.option("--despite-findings", is_flag=True, help="Route by a policy in which the check finds errors.")
@click.pass_context
def command(
    context: click.Context,
    policy: str,
    leads: str,
    leads_format: str | None,
    roster: str | None,
    accounts: str | None,
    history: str | None,
    store: str | None,
    source: str | None,
    now: datetime | None,
    output: str | None,
    rejects: str | None,
    strict: bool,
    despite_findings: bool,
) -> None:
    """Assign every lead: to a rep, a queue or nurture, or hold or reject it, as the policy says.

    The policy is checked first, and none in which errors are found is used. With a store, turns and loads
    go on from run to run, and a lead that was routed before keeps its assignment: a run that was cut short
    can simply be repeated. Without one, every run begins afresh. Past leads are learnt from once.

    \b
    Example:
      routebook route policies/card --leads leads.csv --roster roster.toml
      routebook route policies/card --leads leads.csv --store sqlite:///leads.db \\
        --output assigned.csv --rejects rejects.jsonl
    """
    read_once(policy, leads, roster, accounts, history)
    places = Places(leads, leads_format, output, rejects)
    places.check(roster=roster, accounts=accounts, history=history)
    settings = settings_of(policy)
    people = _roster(roster, settings)
    chosen = load_policy(policy)
    tree = chosen.tree
    columns = source_of(source, settings, chosen)
    matching = accounts_of(accounts, settings, chosen, people)
    past = history_of(history, settings, chosen)
    intake = Intake(tree.schema, tree.timezone, columns, matching)
    if not despite_findings:
        _prove(chosen, people)
    url = store_of(store, settings)
    # the store last: a run that cannot begin leaves none behind
    with (
        LeadRun(places, intake, ASSIGNMENT_COLUMNS, "routing") as run,
        Router(chosen, people, url, prove=False) as router,
    ):
        if past is not None:
            for note in router.learn(past, now).notes:
                say(f"note: {visible(note)}")
        for assignment in router.route_many(_with_ids(run.fitting(), router.durable), now):
            run.write(assignment)
    run.sum_up()
    if strict and run.has_rejects:
        context.exit(NO)


def _roster(option: str | None, settings: Settings) -> Roster:
    path = roster_path(option, settings)
    if path is None:
        raise click.UsageError("there is no roster: name one by --roster, or in routebook.toml")
    return read_roster(path)


def _prove(policy: api.Policy, roster: Roster) -> None:
    with Progress("checking") as progress:
        try:
            api.prove_with(policy, roster, progress.tell)
        except PolicyError:
            say("no lead is routed: the check finds errors; mend them, or route by --despite-findings")
            raise


def _with_ids(leads: Iterator[Incoming], durable: bool) -> Iterator[Lead]:
    """The leads, called by their rows where they have no id; a durable store has to refuse those."""
    for incoming in leads:
        lead = incoming.lead
        yield lead if durable or lead.id is not None else lead.called(incoming.id)

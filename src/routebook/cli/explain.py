"""`routebook explain`: why a lead goes where it goes."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from routebook import api
from routebook.cli.options import (
    a_path,
    accounts_option,
    budget_option,
    format_option,
    history_option,
    leads_format_option,
    now_option,
    read_once,
    roster_option,
    source_option,
    store_option,
)
from routebook.cli.pasted import Pasted, pasted
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
from routebook.cli.streams import STREAM, emit, say
from routebook.decision import Explanation, Lead
from routebook.intake.leads import Incoming, Leads, ignored
from routebook.intake.problems import InputError, LeadError
from routebook.intake.validate import Intake, Invalid
from routebook.render.explanations import FORMATS
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.visible import visible
from routebook.roster import Roster
from routebook.routing import Router, explain_log, is_new

if TYPE_CHECKING:
    from routebook.check.targets import SourceMap
    from routebook.intake.accounts.matching import AccountMatching
    from routebook.intake.history import History
    from routebook.render.whynot_view import WhyNotReport


@click.command("explain")
@click.argument("policy", metavar="[POLICY]", type=a_path, required=False)
@click.option(
    "--lead",
    "lead_file",
    metavar="FILE|LEAD",
    type=a_path,
    help="A file with the lead (JSON, JSON Lines, CSV), or the lead as findings show it.",
)
@click.option(
    "--lead-id", metavar="ID", help="The lead of that id: in the store's log, or in the file of --lead."
)
@leads_format_option
@roster_option
@accounts_option
@history_option
@store_option
@source_option
@now_option
@click.option(
    "--why-not",
    "asked",
    metavar="RULE|pool:P|rep:R",
    help="Say why it does not go there, and the smallest change by which it would.",
)
@budget_option()
@click.option("--all", "everything", is_flag=True, help="Leave nothing out: every rule, every candidate.")
@format_option(FORMATS)
def command(
    policy: str | None,
    lead_file: str | None,
    lead_id: str | None,
    leads_format: str | None,
    roster: str | None,
    accounts: str | None,
    history: str | None,
    store: str | None,
    source: str | None,
    now: datetime | None,
    asked: str | None,
    budget: float | None,
    everything: bool,
    format_: str,
) -> None:
    """Say why a lead goes where it goes: the rules tried, the values that decided, the reps considered.

    With --lead it says what would become of that lead, and records nothing: by the policy alone, or, where
    there is a roster, down to the rep. With --lead-id and a store it says what became of a lead.

    \b
    Example:
      routebook explain policies/card --lead lead.json --roster roster.toml
      routebook explain policies/card --lead leads.csv --lead-id L-17 --format html > why.html
      routebook explain policies/card --lead lead.json --why-not pool:all
      routebook explain policies/card --lead 'lead { industry: "health", score: 80 }'
      routebook explain --lead-id L-17 --store sqlite:///leads.db
    """
    read_once(policy, lead_file, roster, accounts, history)
    if asked is not None and lead_file is None:
        raise click.UsageError("--why-not needs the lead: name its file by --lead")
    settings = settings_of(policy or ".")
    why: WhyNotReport | None = None
    with Progress("explaining"):
        if lead_file is None:
            explanation = _from_log(policy, lead_id, store_of(store, settings))
        elif policy is None:
            raise click.UsageError("--lead needs a POLICY to explain it by")
        else:
            chosen = load_policy(policy)
            columns = source_of(source, settings, chosen)
            path = roster_path(roster, settings)
            people = read_roster(path) if path is not None else None
            matching = accounts_of(accounts, settings, chosen, people)
            lead, moment = _lead_of(lead_file, leads_format, lead_id, chosen, columns, matching)
            now = api.moment(now or moment)
            past = history_of(history, settings, chosen) if people is not None else None
            explanation = _preview(chosen, lead, people, store_of(store, settings), now, past)
            if asked is not None:
                # proofs are imported where they are asked for
                from routebook.cli.whynot import answered, goal_of

                goal = goal_of(asked, chosen, people)
                why = answered(explanation, chosen, lead, now, goal, people, budget)
    _show(explanation, why, format_, everything)


def _show(explanation: Explanation, why: WhyNotReport | None, format_: str, everything: bool) -> None:
    style = style_for(sys.stdout, everything=everything)
    if why is None:
        emit(named(FORMATS, format_).render(explanation, style))
        return
    from routebook.render.whynots import FORMATS as WHY_FORMATS

    emit(named(WHY_FORMATS, format_).render(why, style))


def _from_log(policy: str | None, lead_id: str | None, store: str | None) -> Explanation:
    if lead_id is None:
        raise click.UsageError("which lead? name its file by --lead, or its id by --lead-id")
    if store is None:
        raise click.UsageError("--lead-id needs a store to look in, or a file: name it by --store or --lead")
    return explain_log(lead_id, store, load_policy(policy) if policy is not None else None)


def _preview(
    policy: api.Policy,
    lead: Lead,
    roster: Roster | None,
    store: str | None,
    now: datetime | None,
    past: History | None,
) -> Explanation:
    if roster is None:
        return policy.explain(lead, now)
    if store is not None and is_new(store):
        store = None  # there is nothing in it yet, and to explain is not to make it
    with Router(policy, roster, store, prove=False) as router:
        return router.explain(lead, now, past)


def _lead_of(
    given: str,
    format: str | None,
    wanted: str | None,
    policy: api.Policy,
    columns: SourceMap | None,
    matching: AccountMatching | None,
) -> tuple[Lead, datetime | None]:
    """The lead that is asked about, from a file or as it was pasted, and the moment that was pasted with it."""
    schema, zone = policy.tree.schema, policy.tree.timezone
    lead = pasted(given) if format is None else None
    if lead is None:
        return _one_lead(given, format, wanted, Intake(schema, zone, columns, matching)), None
    # a source is about columns; what is pasted has the fields' own names
    return _pasted_lead(lead, Intake(schema, zone, None, matching)), lead.now


def _pasted_lead(given: Pasted, intake: Intake) -> Lead:
    """The lead, called as its row would be where it has no id. Raises `LeadError` where it does not fit.

    What a comparison of two policies shows has the fields of both: those that this one lacks are ignored, as in files.
    """
    flat, shape = intake.shaped(given.values)
    for note in ignored("--lead", shape.strays, shape.suspects):
        say(f"note: {visible(note)}")
    found = intake.read(flat, shape)
    if isinstance(found, Invalid):
        raise LeadError(found.problems)
    return found if found.id is not None else found.called("1")


def _one_lead(path: str, format: str | None, wanted: str | None, intake: Intake) -> Lead:
    """The file's one lead, or the one of that id. Raises `LeadError` where it does not fit."""
    name = "standard input" if path == STREAM else path
    found: Lead | None = None
    with Leads(path, intake, format) as leads:
        for item in leads:
            id = item.id if isinstance(item, Incoming) else item.lead
            if wanted is not None and id != wanted:
                continue
            if not isinstance(item, Incoming):
                raise LeadError(item.problems)
            if found is not None:
                which = f"two leads with the id `{wanted}`" if wanted is not None else "more than one lead"
                hint = "" if wanted is not None else ": say which one by --lead-id"
                raise InputError(f"`{name}` has {which}{hint}")
            found = item.lead if item.lead.id is not None else item.lead.called(item.id)
        for note in leads.notes:
            say(f"note: {visible(note)}")
    if found is None:
        raise InputError(f"`{name}` has no lead" + (f" with the id `{wanted}`" if wanted is not None else ""))
    return found

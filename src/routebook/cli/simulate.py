"""`routebook simulate`: a stream of leads through a policy, to see what it does before anybody lives with it."""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

import click

from routebook import api
from routebook.cli.options import (
    a_duration,
    a_path,
    accounts_option,
    format_option,
    history_option,
    leads_option,
    now_option,
    policy_argument,
    read_once,
    roster_option,
    source_option,
)
from routebook.cli.outputs import keep_apart, text_to
from routebook.cli.progress import Progress
from routebook.cli.project import (
    accounts_of,
    history_of,
    load_policy,
    read_roster,
    roster_path,
    settings_of,
    source_of,
)
from routebook.cli.revisions import revision_in, taken_out
from routebook.cli.streams import STREAM, emit, say
from routebook.decision import Lead
from routebook.intake.leads import Incoming, Leads
from routebook.intake.validate import Intake
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.simulation_view import SimulationReport
from routebook.render.simulations import FORMATS
from routebook.render.visible import visible
from routebook.roster import Roster
from routebook.settings import Settings
from routebook.simulating import Assumptions, Simulation, check_assumed, simulate
from routebook.text import read_span


def a_span(value: str) -> timedelta:
    """A length of time such as `15m`, `1h30m` or `3d`; `0s` is none."""
    found = read_span(value)
    return timedelta(seconds=a_duration(value)) if found is None else found


def a_lasting_span(value: str) -> timedelta:
    """The same, and not none."""
    found = a_span(value)
    if not found:
        raise click.BadParameter("it has to be longer than nothing")
    return found


def a_win(value: str) -> tuple[str, int]:
    """A rep and a percentage: `ana=30`."""
    rep, _, percent = value.rpartition("=")
    number = percent.strip().removesuffix("%").strip()
    if not rep or not re.fullmatch(r"[0-9]{1,3}", number) or int(number) > 100:
        raise click.BadParameter(f"`{value}` is not a rep and a percentage such as ana=30")
    return rep, int(number)


@click.command("simulate")
@policy_argument
@leads_option
@roster_option
@accounts_option
@history_option
@source_option
@now_option
@click.option(
    "--against", metavar="OTHER", type=a_path, help="Another policy, or REV:path in git, for the same leads."
)
@click.option("--at", metavar="FIELD", help="The field of a lead that says when it comes.")
@click.option(
    "--every",
    metavar="TIME",
    type=a_lasting_span,
    default="5m",
    show_default=True,
    help="Without --at: how long after each other leads come, from --now on.",
)
@click.option(
    "--handling",
    metavar="TIME",
    type=a_span,
    default="15m",
    show_default=True,
    help="How much working time a rep takes for a lead.",
)
@click.option(
    "--sweep",
    metavar="TIME",
    type=a_lasting_span,
    default="15m",
    show_default=True,
    help="How often the sweep runs.",
)
@click.option(
    "--wins",
    metavar="REP=PERCENT",
    type=a_win,
    multiple=True,
    help="How many of their leads a rep converts, for `performance`; may be repeated.",
)
@click.option("--html", metavar="FILE", type=a_path, help="Write a page with pictures here as well.")
@click.option("--all", "everything", is_flag=True, help="Show every row of every table.")
@format_option(FORMATS)
def command(
    policy: str,
    leads: str,
    leads_format: str | None,
    roster: str | None,
    accounts: str | None,
    history: str | None,
    source: str | None,
    now: datetime | None,
    against: str | None,
    at: str | None,
    every: timedelta,
    handling: timedelta,
    sweep: timedelta,
    wins: tuple[tuple[str, int], ...],
    html: str | None,
    everything: bool,
    format_: str,
) -> None:
    """Play a stream of leads through a policy, from nothing: who gets what, how long leads wait, what is overdue.

    No store is read or written. What nobody can know is assumed, by the options below, and said with the result:
    when leads come, how long reps work on them, in the order in which they were given and in their working hours
    only. The same files and options give the same result.

    \b
    Example:
      routebook simulate policies/card --leads leads.csv --roster roster.toml --every 10m
      routebook simulate policies/card --leads leads.csv --against main:policies/card --html card.html
    """
    read_once(policy, against, leads, roster, accounts, history)
    keep_apart(
        {"--html": html}, {"--leads": leads, "--roster": roster, "--accounts": accounts, "--history": history}
    )
    if against is not None and leads == STREAM:
        raise click.UsageError(
            "both policies read the leads, and standard input can be read only once: name a file"
        )
    assumed = Assumptions(api.moment(now), every, at, handling, sweep, dict(wins))
    run = _Run(leads, leads_format, roster, accounts, history, source, assumed)
    found = [run.simulated(policy, policy)]
    if against is not None:
        found.append(run.simulated(against, policy))
    report = SimulationReport(tuple(found))
    if html is not None:
        _write_page(report, html)
        if html == STREAM:
            return
    emit(named(FORMATS, format_).render(report, style_for(sys.stdout, everything=everything)))


def _write_page(report: SimulationReport, path: str) -> None:
    from routebook.render.simulation_html import render

    page = render(report, style_for(sys.stdout))
    if path == STREAM:
        emit(page)
        return
    with text_to(Path(path)) as stream:
        stream.write(page)


class _Run:
    """The leads and the assumptions, for each policy that they are played through."""

    def __init__(
        self,
        leads: str,
        leads_format: str | None,
        roster: str | None,
        accounts: str | None,
        history: str | None,
        source: str | None,
        assumed: Assumptions,
    ) -> None:
        self._leads, self._format, self._roster = leads, leads_format, roster
        self._accounts, self._history, self._source = accounts, history, source
        self._assumed = assumed
        self._said: set[str] = set()

    def simulated(self, named: str, main: str) -> Simulation:
        """One policy; roster, accounts, history and source are its own, for one in git those of the first."""
        revision = revision_in(named)
        if revision is None:
            return self._played(load_policy(named), named, settings_of(named))
        with taken_out(revision) as path:
            chosen = load_policy(str(path))
        return self._played(chosen, named, settings_of(STREAM if revision_in(main) else main))

    def _played(self, policy: api.Policy, name: str, settings: Settings) -> Simulation:
        roster = self._people(settings)
        check_assumed(policy, roster, self._assumed)
        columns = source_of(self._source, settings, policy)
        matching = accounts_of(self._accounts, settings, policy, roster)
        past = history_of(self._history, settings, policy)
        intake = Intake(policy.tree.schema, policy.tree.timezone, columns, matching)
        leads = self._read(intake)
        with Progress("simulating", len(leads)) as progress:

            def tell(done: int) -> None:
                progress.done = done

            return simulate(policy, roster, leads, self._assumed, name=name, history=past, tell=tell)

    def _people(self, settings: Settings) -> Roster:
        path = roster_path(self._roster, settings)
        if path is None:
            raise click.UsageError("there is no roster: name one by --roster, or in routebook.toml")
        return read_roster(path)

    def _read(self, intake: Intake) -> list[Lead | None]:
        """The leads of the file, None for those that do not fit: the others come when they would have."""
        leads: list[Lead | None] = []
        with Leads(self._leads, intake, self._format) as read:
            for item in read:
                if not isinstance(item, Incoming):
                    leads.append(None)
                else:
                    leads.append(item.lead if item.lead.id is not None else item.lead.called(item.id))
            for note in read.notes:
                if note not in self._said:
                    say(f"note: {visible(note)}")
                    self._said.add(note)
        return leads

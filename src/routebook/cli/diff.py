"""`routebook diff`: what an edit changes, for every lead that there can be."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from routebook import api
from routebook.cli.endings import NO
from routebook.cli.options import (
    a_path,
    accounts_option,
    budget_option,
    format_option,
    leads_format_option,
    now_option,
    read_once,
    roster_option,
    source_option,
)
from routebook.cli.progress import Progress
from routebook.cli.project import (
    accounts_of,
    load_policy,
    read_roster,
    roster_path,
    settings_of,
    source_of,
)
from routebook.cli.revisions import revision_in, taken_out
from routebook.cli.streams import STREAM, emit
from routebook.comparing import compare, compare_leads
from routebook.decision import Lead
from routebook.intake.leads import Incoming, Leads
from routebook.intake.validate import Intake
from routebook.render.diff_view import DiffReport
from routebook.render.diffs import FORMATS
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.settings import Settings


@click.command("diff")
@click.argument("old", metavar="OLD", type=a_path)
@click.argument("new", metavar="NEW", type=a_path)
@click.option("--leads", metavar="FILE", type=a_path, help="Leads to count: how many go elsewhere.")
@leads_format_option
@roster_option
@accounts_option
@source_option
@now_option
@budget_option()
@format_option(FORMATS)
@click.pass_context
def command(
    context: click.Context,
    old: str,
    new: str,
    leads: str | None,
    leads_format: str | None,
    roster: str | None,
    accounts: str | None,
    source: str | None,
    now: datetime | None,
    budget: float | None,
    format_: str,
) -> None:
    """Say what an edit changes: every set of leads whose plan or SLA changes, each with one of them.

    OLD and NEW are files or folders, or REV:path in git, from the top of the repository (REV:./path: from
    here). What happens is compared, not how it is written: names of rules and their order do not count. The
    exit code is 1 where something changes, or where it was not decided whether anything does.

    \b
    Example:
      routebook diff main:policies/card policies/card
      routebook diff main:policies/card policies/card --leads leads.csv --format markdown > comment.md
    """
    read_once(old, new, leads, roster, accounts)
    with Progress("comparing") as progress:
        policies = _policy(old), _policy(new)
        found = compare(*policies, budget, progress.tell)
    moves = None
    if leads is not None:
        settings = _settings(new, old)
        path = roster_path(roster, settings)
        people = read_roster(path) if path is not None else None

        def intake_of(policy: api.Policy) -> Intake:
            columns = source_of(source, settings, policy)
            matching = accounts_of(accounts, settings, policy, people)
            return Intake(policy.tree.schema, policy.tree.timezone, columns, matching)

        with Progress("counting") as counted:
            pairs = _read_alike if _is_read_alike(*policies) else _read_twice
            given = pairs(leads, leads_format, [intake_of(policy) for policy in _readers(*policies)])
            moves = compare_leads(*policies, _counted(given, counted), now, people)
    emit(named(FORMATS, format_).render(DiffReport(old, new, found, moves), style_for(sys.stdout)))
    if not found.same or (moves is not None and moves.changed):
        context.exit(NO)


def _policy(text: str) -> api.Policy:
    """The policy of an argument: a path, or one in git."""
    revision = revision_in(text)
    if revision is None:
        return load_policy(text)
    with taken_out(revision) as path:
        return load_policy(str(path))


def _settings(*policies: str) -> Settings:
    """The settings of the first policy that is a path; roster and accounts are those of today."""
    paths = [policy for policy in policies if revision_in(policy) is None]
    return settings_of(paths[0] if paths else STREAM)


# --- Leads, as both policies read them ---------------------------------------------------------------------


def _is_read_alike(old: api.Policy, new: api.Policy) -> bool:
    """Whether a record comes to the same lead in both."""
    one, other = old.tree, new.tree
    alike = one.schema == other.schema and one.sources == other.sources
    return alike and one.timezone.key == other.timezone.key


def _readers(old: api.Policy, new: api.Policy) -> list[api.Policy]:
    return [new] if _is_read_alike(old, new) else [old, new]


def _read_alike(
    path: str, format: str | None, intakes: Sequence[Intake]
) -> Iterator[tuple[Lead, Lead] | None]:
    with Leads(path, intakes[0], format) as leads:
        for item in leads:
            yield (_called(item), _called(item)) if isinstance(item, Incoming) else None


def _read_twice(
    path: str, format: str | None, intakes: Sequence[Intake]
) -> Iterator[tuple[Lead, Lead] | None]:
    if path == STREAM:
        words = "the two policies read leads differently, and standard input can be read only once"
        raise click.UsageError(f"{words}: give --leads a file")
    with Leads(path, intakes[0], format) as before, Leads(path, intakes[1], format) as after:
        for one, other in zip(before, after, strict=True):
            if isinstance(one, Incoming) and isinstance(other, Incoming):
                yield _called(one), _called(other)
            else:
                yield None


def _called(incoming: Incoming) -> Lead:
    return incoming.lead if incoming.lead.id is not None else incoming.lead.called(incoming.id)


def _counted(
    pairs: Iterator[tuple[Lead, Lead] | None], progress: Progress
) -> Iterator[tuple[Lead, Lead] | None]:
    for pair in pairs:
        progress.done += 1
        yield pair

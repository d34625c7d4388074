"""`routebook sweep`: act on what is overdue, and on leads that were held."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from routebook.cli.after import aftercare_of, policy_option
from routebook.cli.endings import COULD_NOT_RUN
from routebook.cli.options import a_moment, format_option, roster_option, store_option
from routebook.cli.streams import emit, say
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.sweeps import FORMATS
from routebook.render.visible import visible


@click.command("sweep")
@click.option(
    "--now", metavar="MOMENT", type=a_moment, help="Sweep as of this moment, such as 2026-03-02T10:00Z."
)
@store_option
@roster_option
@policy_option
@format_option(FORMATS)
@click.pass_context
def command(
    context: click.Context,
    now: datetime | None,
    store: str | None,
    roster: str | None,
    policy: str | None,
    format_: str,
) -> None:
    """Do what SLAs say about leads that are overdue, and place leads that were held.

    Swept twice, it acts once: run it as often as deadlines are to be noticed, every minute from cron, say.

    \b
    Example:
      routebook sweep --store sqlite:///leads.db
      routebook sweep --now 2026-03-02T10:00Z --store sqlite:///leads.db --format json
    """
    problems = 0
    with aftercare_of(store, roster, policy) as after:
        for swept in after.sweep(now):
            if swept.problem is not None:
                problems += 1
                say(f"error: {visible(swept.problem)}")
            emit(named(FORMATS, format_).render(swept, style_for(sys.stdout)))
    if problems:
        context.exit(COULD_NOT_RUN)

"""`routebook queue`: the work list of a queue."""

from __future__ import annotations

import sys

import click

from routebook.cli.after import aftercare_of, policy_option
from routebook.cli.options import format_option, store_option
from routebook.cli.streams import emit
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.work_lists import FORMATS, WorkList


@click.command("queue")
@click.argument("queue", metavar="QUEUE")
@click.option(
    "--by", metavar="FIELD", help="Highest first by this field, or points; the oldest first without it."
)
@store_option
@policy_option
@format_option(FORMATS)
def command(queue: str, by: str | None, store: str | None, policy: str | None, format_: str) -> None:
    """List the leads that wait in a queue, whom to take first at the top.

    To claim one: routebook event LEAD assign --rep REP.

    \b
    Example:
      routebook queue triage --by score --store sqlite:///leads.db
    """
    with aftercare_of(store, None, policy) as after:
        found = WorkList(queue, by, tuple(after.queue(queue, by)))
    emit(named(FORMATS, format_).render(found, style_for(sys.stdout)))

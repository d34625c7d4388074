"""`routebook presence`: whether a rep is there."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from routebook.cli.after import aftercare_of
from routebook.cli.options import a_moment, format_option, roster_option, store_option
from routebook.cli.streams import emit
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.presences import FORMATS
from routebook.runtime.presence import OFFLINE, ONLINE


@click.command("presence")
@click.argument("rep", metavar="REP")
@click.argument("state", metavar="online|offline", type=click.Choice([ONLINE, OFFLINE]))
@click.option("--at", metavar="MOMENT", type=a_moment, help="Since when; the present without it.")
@store_option
@roster_option
@format_option(FORMATS)
def command(
    rep: str, state: str, at: datetime | None, store: str | None, roster: str | None, format_: str
) -> None:
    """Record that a rep is there, or is not.

    Who is offline gets no lead by `availability`, `on shift` or `hold`, whatever their hours say, until they are
    online again. Who is online gets them in their working hours, as does everybody of whom nothing was said.

    \b
    Example:
      routebook presence ana offline --store sqlite:///leads.db
      routebook presence ana online --at 2026-03-02T14:00Z --store sqlite:///leads.db
    """
    with aftercare_of(store, roster, None) as after:
        marked = after.presence(rep, state == ONLINE, at)
    emit(named(FORMATS, format_).render(marked, style_for(sys.stdout)))

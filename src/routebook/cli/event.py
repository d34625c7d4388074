"""`routebook event`: what happened to a lead after it was assigned."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from routebook.cli.after import aftercare_of, policy_option
from routebook.cli.options import a_moment, format_option, roster_option, store_option
from routebook.cli.streams import emit
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.recorded import FORMATS


@click.command("event")
@click.argument("lead", metavar="LEAD")
@click.argument("kind", metavar="KIND")
@click.option("--rep", metavar="REP", help="Who did it; for `assign`, who gets the lead.")
@click.option("--at", metavar="MOMENT", type=a_moment, help="When it happened; the present without it.")
@click.option("--key", metavar="KEY", help="What tells the event from others: the same key counts once.")
@click.option("--reason", metavar="TEXT", help="Why. Junk with a reason gives its rep the turn back.")
@click.option(
    "--turn", metavar="POOL", help="Let a lead assigned by hand count as a turn in this pool's rotation."
)
@store_option
@roster_option
@policy_option
@format_option(FORMATS)
def command(
    lead: str,
    kind: str,
    rep: str | None,
    at: datetime | None,
    key: str | None,
    reason: str | None,
    turn: str | None,
    store: str | None,
    roster: str | None,
    policy: str | None,
    format_: str,
) -> None:
    """Record what happened to a lead.

    KIND is a status (assigned, accepted, contacted, qualified; recycled, junk, unreachable and converted close
    the lead), or `touch`, or `return`, by which a rep hands the lead back and the next in its plan gets it, or
    `assign`, which gives it to --rep by hand, from a queue too.

    \b
    Example:
      routebook event L-17 contacted --rep ana --store sqlite:///leads.db
      routebook event L-17 junk --reason duplicate --key crm-9041 --store sqlite:///leads.db
      routebook event L-18 assign --rep bogdan --store sqlite:///leads.db
    """
    with aftercare_of(store, roster, policy) as after:
        recorded = after.record(lead, kind, rep=rep, at=at, key=key, reason=reason, turn=turn)
    emit(named(FORMATS, format_).render(recorded, style_for(sys.stdout)))

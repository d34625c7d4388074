"""`routebook audit`: whether a store is what its own log says."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from routebook.auditing import audit, read_seal, seal_of
from routebook.cli.endings import NO
from routebook.cli.options import a_path, format_option, store_option
from routebook.cli.outputs import text_to
from routebook.cli.progress import Progress
from routebook.cli.project import settings_of, store_of
from routebook.cli.streams import emit
from routebook.diagnostics import RoutebookError
from routebook.render.audits import FORMATS
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.routing import is_new
from routebook.runtime.audit.chains import Seal
from routebook.runtime.errors import StoreError
from routebook.runtime.stores import open_store


@click.command("audit")
@store_option
@click.option(
    "--seal",
    metavar="FILE",
    type=a_path,
    help="Hold the log against this file of an earlier audit, and write it anew where all is well.",
)
@format_option(FORMATS)
@click.pass_context
def command(context: click.Context, store: str | None, seal: str | None, format_: str) -> None:
    """Check the log of a store, and replay it: every decision, choice, event and sweep.

    A row that was changed, taken out, put in or moved is named. Each row is made again by the policy and the roster
    of its time, which the store keeps, and has to come out as it was recorded, byte for byte; at the end turns, loads
    and statuses have to be what the log adds up to. Somebody who can write to the database can rewrite all of
    that: a seal, kept elsewhere, shows it. Exits with 1 where anything differs.

    \b
    Example:
      routebook audit --store sqlite:///leads.db
      routebook audit --store postgresql://db/leads --seal /safe/leads.seal --format json
    """
    url = store_of(store, settings_of("."))
    if url is None:
        raise click.UsageError("which store? name it by --store, or in routebook.toml")
    if is_new(url):
        raise StoreError(f"there is no store {url}: look at the path")
    sealed = None if seal is None else _read(Path(seal))
    opened = open_store(url)
    try:
        with opened.snapshot() as snapshot:
            rows = snapshot.count()
        with Progress("auditing", rows) as progress:

            def count(done: int) -> None:
                progress.done += done

            found = audit(opened, sealed, count)
    finally:
        opened.close()
    if seal is not None and found.is_well:
        with text_to(Path(seal)) as stream:
            stream.write(seal_of(found))
    emit(named(FORMATS, format_).render(found, style_for(sys.stdout)))
    if not found.is_well:
        context.exit(NO)


def _read(path: Path) -> Seal | None:
    """What an earlier audit wrote down; None where there was none."""
    if not path.exists():
        return None
    try:
        return read_seal(path.read_text(encoding="utf-8"))
    except (RoutebookError, UnicodeDecodeError) as error:
        words = error if isinstance(error, RoutebookError) else "it is not UTF-8"
        raise RoutebookError(f"`{path}` cannot be used: {words}; name another file") from None

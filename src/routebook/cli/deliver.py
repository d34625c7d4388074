"""`routebook deliver`: what people are to be told, from the store to where the settings say."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from routebook.aftercare import Aftercare
from routebook.cli.after import aftercare_of
from routebook.cli.endings import NO
from routebook.cli.options import a_duration, format_option, store_option
from routebook.cli.project import settings_of
from routebook.cli.streams import STREAM, emit, say
from routebook.diagnostics import RoutebookError
from routebook.render.deliveries import FORMATS
from routebook.render.formats import Format, named
from routebook.render.paint import style_for
from routebook.render.visible import visible
from routebook.runtime.notices.outbox import State
from routebook.text import counted

if TYPE_CHECKING:
    from routebook.runtime.notices.delivering import Delivered, Deliverer

_ALL: Final = "all"


@click.command("deliver")
@store_option
@click.option(
    "--watch",
    metavar="TIME",
    type=a_duration,
    help="Go on, looking this often, such as every 10s; Ctrl-C ends it.",
)
@click.option(
    "--list",
    "listed",
    type=click.Choice([*(state.value for state in State), _ALL]),
    help="Deliver nothing: list the notices that are in this state.",
)
@click.option(
    "--retry", metavar="KEY|all", multiple=True, help="Deliver nothing: let dead notices be tried again."
)
@format_option(FORMATS)
@click.pass_context
def command(
    context: click.Context,
    store: str | None,
    watch: float | None,
    listed: str | None,
    retry: tuple[str, ...],
    format_: str,
) -> None:
    """Deliver what people are to be told, to the destinations under [notify] in routebook.toml.

    Each notice is delivered at least once, with a key by which a repeat is known. What fails is tried again,
    later and later, by this command when it is run next; what has failed too often is dead, and listed. Any number
    may run at the same time. The exit code is 1 where something could not be delivered.

    \b
    Example:
      routebook deliver --store sqlite:///leads.db
      routebook deliver --watch 10s
      routebook deliver --list dead
      routebook deliver --retry all
    """
    if (watch is not None) + (listed is not None) + bool(retry) > 1:
        raise click.UsageError("--watch, --list and --retry are three different things: take one")
    shown = named(FORMATS, format_)
    with aftercare_of(store, None, None) as after:
        if listed is not None:
            _list(after, listed, shown)
        elif retry:
            _retry(after, retry)
        elif not _deliver(after, watch, shown):
            context.exit(NO)


def _list(after: Aftercare, state: str, shown: Format[Any]) -> None:
    from routebook.runtime.notices.delivering import seen

    for posted in after.outbox.posted(None if state == _ALL else State(state)):
        emit(shown.render(seen(posted), style_for(sys.stdout)))


def _retry(after: Aftercare, keys: tuple[str, ...]) -> None:
    found = after.outbox.retry(None if _ALL in keys else keys, datetime.now(UTC))
    if not found and _ALL not in keys:
        raise RoutebookError(f"no dead notice has the key {', '.join(f'`{key}`' for key in keys)}")
    say(f"{counted(found, 'notice')} will be tried again")


def _deliver(after: Aftercare, watch: float | None, shown: Format[Any]) -> bool:
    """One pass, or one after the other; whether everything was delivered."""
    deliverer, settings = after.deliverer(), settings_of(".")
    # standard output is for one thing: where notices go there, what became of them is said beside
    speak = say if any(each.file == STREAM for each in settings.notify.values()) else emit
    well = True
    with _until_told(deliverer):
        while True:
            for done in deliverer.deliver():
                well = well and done.state is State.DELIVERED
                speak(_line(done, shown, speak is say))
                sys.stdout.flush()
            if watch is None or deliverer.stopped.wait(watch):
                break
    for name, number in sorted(after.outbox.waiting().items()):
        if name not in settings.notify:
            say(
                visible(
                    f"note: {counted(number, 'notice')} for `{name}`, which the settings do not name any more"
                )
            )
    return well


def _line(done: Delivered, shown: Format[Any], bare: bool) -> str:
    text = shown.render(done, style_for(sys.stderr if bare else sys.stdout))
    return text.rstrip("\n") if bare else text


@contextmanager
def _until_told(deliverer: Deliverer) -> Iterator[None]:
    """Ctrl-C, and being told to terminate, end it once what is under way is delivered and written down."""
    signals = (signal.SIGINT, signal.SIGTERM)
    try:
        before = [signal.signal(each, lambda *_: deliverer.stopped.set()) for each in signals]
    except ValueError:  # not the main thread, where no signal arrives
        yield
        return
    try:
        yield
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)

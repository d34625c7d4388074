"""`routebook COMMAND`: finds the command that is asked for; a command's module is imported when it runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import click

from routebook.cli.endings import exit_code, told_apart
from routebook.text import nearest


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command: `routebook.cli.<name>` holds it as `command`. `doc` is its line in `routebook --help`."""

    name: str
    doc: str


COMMANDS: Final = (
    CommandRow("init", "Write a policy, roster, tests and CI file to begin with."),
    CommandRow("check", "Find mistakes: syntax, types, dead rules, gaps, empty pools."),
    CommandRow("fmt", "Bring policies to the canonical layout."),
    CommandRow("test", "Run the test blocks of policies."),
    CommandRow("decide", "Say for each lead which rule takes it: no roster, no state."),
    CommandRow("route", "Assign every lead: the main job."),
    CommandRow("explain", "Say why a lead goes where it goes."),
    CommandRow("event", "Record what happened to a lead: a status, touch, return or claim."),
    CommandRow("presence", "Record that a rep is there, or is not."),
    CommandRow("sweep", "Act on leads that are overdue or were held."),
    CommandRow("deliver", "Tell people what happened to their leads: webhooks, JSON lines."),
    CommandRow("queue", "List who waits in a queue, whom to take first at the top."),
    CommandRow("audit", "Check the log of a store, and replay it."),
    CommandRow("diff", "Say what an edit changes, for every lead that there can be."),
    CommandRow("simulate", "Play a stream of leads through a policy: shares, loads, waits."),
    CommandRow("graph", "Draw a policy as a picture."),
    CommandRow("compile", "Write a policy as a Python module, SQL or JSON, for elsewhere."),
    CommandRow("bench", "Measure how long a policy's decisions take."),
)


class Routebook(click.Group):
    """The group of all commands. Whatever ends a command becomes words on stderr and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [row.name for row in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"routebook.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            meant = nearest(args[0], known)
            hint = f"did you mean `{meant}`?" if meant else f"there are {', '.join(known)}"
            raise click.UsageError(f"there is no command `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(row.name, row.doc) for row in COMMANDS])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with told_apart():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with told_apart():
            return super().invoke(ctx)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        def run() -> Any:
            return super(Routebook, self).main(args, prog_name, complete_var, standalone_mode=False, **extra)

        if not standalone_mode:
            return run()
        sys.exit(exit_code(run))


def _show_version(ctx: click.Context, parameter: click.Parameter, asked: bool) -> None:  # noqa: ARG001
    if not asked or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"routebook {version('routebook')}")
    ctx.exit()


@click.command(
    cls=Routebook, context_settings={"help_option_names": ["-h", "--help"]}, options_metavar="[--help]"
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and end.",
)
def cli() -> None:
    """Lead routing policies as text: checked before they run, and able to explain every decision.

    \b
    Example:
      routebook init leads
      routebook route leads --leads leads/leads.csv

    Paths are `.route` files or folders of them; `-` reads standard input. Results go to standard output,
    everything else to standard error. The exit code is 0 where all is well, 1 where the answer is no, and 2
    where a command could not run.
    """


def main() -> None:
    """What the `routebook` script runs."""
    cli(prog_name="routebook")

"""`routebook check`: every finding, and whether they are bad enough to say no."""

from __future__ import annotations

import sys

import click

from routebook import api
from routebook.cli.endings import NO
from routebook.cli.options import format_option, paths_argument, read_once, roster_option
from routebook.cli.progress import Progress
from routebook.cli.project import Rosters, each_once, loaded
from routebook.cli.streams import emit
from routebook.diagnostics import Diagnostic, Severity, in_order
from routebook.render.findings import FORMATS
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.report import CheckReport


@click.command("check")
@paths_argument
@roster_option
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.ERROR.value,
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@format_option(FORMATS)
@click.pass_context
def command(
    context: click.Context, paths: tuple[str, ...], roster: str | None, fail_on: str, format_: str
) -> None:
    """Find what is wrong with policies before a lead does.

    Syntax, names and types; rules that nothing reaches; leads that no rule takes; and, where there is a
    roster, pools and reps that it does not have. Each finding has a page in docs/findings.

    \b
    Example:
      routebook check policies --roster roster.toml
      routebook check policies --fail-on warning --format sarif > findings.sarif
      echo 'when score >= 70 round_robin all' | routebook check -
    """
    report = _check(paths, roster, Severity(fail_on))
    emit(named(FORMATS, format_).render(report, style_for(sys.stdout)))
    if any(report.fails(finding) for finding in report.findings):
        context.exit(NO)


def _check(paths: tuple[str, ...], roster: str | None, fail_on: Severity) -> CheckReport:
    read_once(*paths, roster)
    rosters = Rosters(roster)
    policies = loaded(paths)
    found: list[Diagnostic] = []
    names: dict[str, None] = {}
    with Progress("checking", len(policies)) as progress:
        for program, settings in policies:
            names.update(dict.fromkeys(source.name for source in program.files))
            found += api.check_loaded(program, rosters.of(settings), settings).findings
            progress.done += 1
    return CheckReport(in_order(each_once(found)), tuple(names), fail_on)

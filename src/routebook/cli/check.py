"""`routebook check`: every finding, and whether they are bad enough to say no."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from routebook import api
from routebook.cli.baseline import Baseline, Compared
from routebook.cli.endings import NO
from routebook.cli.options import (
    Budget,
    a_path,
    budget_option,
    format_option,
    paths_argument,
    read_once,
    roster_option,
)
from routebook.cli.progress import Progress
from routebook.cli.project import Rosters, each_once, loaded
from routebook.cli.streams import emit, say
from routebook.diagnostics import Diagnostic, Severity, in_order
from routebook.lint.catalogue import LINT_KINDS
from routebook.render.findings import FORMATS
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.report import CheckReport
from routebook.render.visible import visible
from routebook.text import counted

NOT_EXACT: Final = "RB303"


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
@budget_option()
@click.option(
    "--baseline",
    metavar="FILE",
    type=a_path,
    help="Leave out the findings that this file has: those of an old policy, which nobody mends today.",
)
@click.option("--write-baseline", is_flag=True, help="Write what is found to the file of --baseline first.")
@format_option(FORMATS)
@click.pass_context
def command(
    context: click.Context,
    paths: tuple[str, ...],
    roster: str | None,
    fail_on: str,
    budget: float | None,
    baseline: str | None,
    write_baseline: bool,
    format_: str,
) -> None:
    """Find what is wrong with policies before a lead does.

    Syntax, names and types; rules that nothing reaches; leads that no rule takes; and, where there is a
    roster, pools and reps that it does not have. Each finding has a page in docs/findings.

    \b
    Example:
      routebook check policies --roster roster.toml
      routebook check policies --fail-on warning --format sarif > findings.sarif
      routebook check policies --baseline baseline.json --budget 30s
      echo 'when score >= 70 round_robin all' | routebook check -
    """
    if write_baseline and baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE: the file to write")
    read_once(*paths, roster)
    # a baseline that cannot be read ends the command before the work begins
    known = Baseline.read(Path(baseline)) if baseline is not None and not write_baseline else None
    report, unfinished = _check(paths, roster, Severity(fail_on), Budget(budget))
    if baseline is not None and write_baseline:
        known = Baseline.of(Path(baseline), report.findings)
        kept = known.keep(set(report.files) - unfinished)
        known.write()
        if kept:
            words = f"{counted(kept, 'finding')} kept in the baseline `{visible(baseline)}`"
            say(f"note: {words}: their files were not checked, or not to the end")
    if known is not None:
        report = _without(known, report, unfinished)
    emit(named(FORMATS, format_).render(report, style_for(sys.stdout)))
    if any(report.fails(finding) for finding in report.findings):
        context.exit(NO)


def _check(
    paths: tuple[str, ...], roster: str | None, fail_on: Severity, budget: Budget
) -> tuple[CheckReport, set[str]]:
    """The findings, and the files that were not checked to the end: what is not found there may be there."""
    rosters = Rosters(roster)
    policies = loaded(paths)
    found: list[Diagnostic] = []
    names: dict[str, None] = {}
    unfinished: set[str] = set()
    with Progress("checking", len(policies)) as progress:
        for program, settings in policies:
            files = [source.name for source in program.files]
            names.update(dict.fromkeys(files))
            reps = rosters.of(settings)
            findings = api.check_loaded(program, reps, settings, budget.left(), progress.tell).findings
            if any(finding.code == NOT_EXACT or finding.kind not in LINT_KINDS for finding in findings):
                unfinished.update(files)
            found += findings
            progress.done += 1
    return CheckReport(in_order(each_once(found)), tuple(names), fail_on), unfinished


def _without(baseline: Baseline, report: CheckReport, unfinished: set[str]) -> CheckReport:
    """The report without what the baseline has; what there is to say about that is said."""
    compared = baseline.compare(report.findings, (name for name in report.files if name not in unfinished))
    _tell(baseline, compared)
    return CheckReport(compared.new, report.files, report.fail_on)


def _tell(baseline: Baseline, compared: Compared) -> None:
    name = visible(str(baseline.path))
    if compared.known:
        say(f"note: {counted(compared.known, 'finding')} not shown: in the baseline `{name}`")
    if compared.gone:
        gone = counted(len(compared.gone), "finding")
        say(f"note: {gone} of the baseline `{name}` found no more; write it again by --write-baseline:")
        for entry in compared.gone:
            say(f"  {entry.code} {visible(entry.file)}: {visible(entry.message)}")

"""`routebook test`: the test blocks of policies."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from routebook import api
from routebook.cli.endings import NO
from routebook.cli.options import (
    Budget,
    budget_option,
    format_option,
    paths_argument,
    read_once,
    roster_option,
)
from routebook.cli.progress import Progress
from routebook.cli.project import Rosters, each_once, loaded
from routebook.cli.streams import STREAM, emit
from routebook.diagnostics import Diagnostic, PolicyError
from routebook.plan.testing import TestResult
from routebook.render.formats import named
from routebook.render.paint import style_for
from routebook.render.tests import FORMATS
from routebook.roster import Roster
from routebook.routing import run_tests


@click.command("test")
@paths_argument
@roster_option
@click.option("--coverage", is_flag=True, help="Say which rules and which sides of conditions no test shows.")
@click.option(
    "--min-coverage",
    metavar="PERCENT",
    type=click.IntRange(0, 100),
    help="Exit with 1 where the tests of a policy cover less than this.",
)
@click.option("--generate", is_flag=True, help="Write the tests that are missing to NAME_test.route first.")
@budget_option("is tried, or counts as not covered")
@format_option(FORMATS)
@click.pass_context
def command(
    context: click.Context,
    paths: tuple[str, ...],
    roster: str | None,
    coverage: bool,
    min_coverage: int | None,
    generate: bool,
    budget: float | None,
    format_: str,
) -> None:
    """Run the test blocks of policies, those in NAME_test.route beside them included.

    A field that a test leaves out may have any value: that it does not matter is proved, else it is tried.
    Tests that expect a rep need the roster. The exit code is 1 where a test fails.

    \b
    Example:
      routebook test policies
      routebook test policies --min-coverage 100
      routebook test policies/card --roster roster.toml --format junit > tests.xml
    """
    read_once(*paths, roster)
    time = Budget(budget)
    results: list[TestResult] = []
    policies = _policies(paths, roster)
    if generate:
        written = _generate(policies, time)
        if STREAM in paths:
            return  # standard output has the tests
        policies = _policies(paths, roster) if written else policies
    covered = None
    with Progress("testing", len(policies)) as progress:
        for policy, reps in policies:
            results += run_tests(policy, reps, time.left(), progress.tell)
            progress.done += 1
        if coverage or min_coverage is not None:
            from routebook.cli.coverage import covered as covered_by

            covered = covered_by([policy for policy, _ in policies], min_coverage or 0, time, progress.tell)
    shown = named(FORMATS, format_).render(results, style_for(sys.stdout))
    if covered is None:
        emit(shown)
    else:
        from routebook.cli.coverage import show

        show(results, covered, format_, shown)
    if not all(result.passed for result in results) or not all(each.is_enough for each in covered or ()):
        context.exit(NO)


def _generate(policies: Sequence[tuple[api.Policy, Roster | None]], time: Budget) -> bool:
    """Write what tests are missing; whether any were written to files."""
    from routebook.cli.coverage import generate

    with Progress("looking for tests", len(policies)) as progress:
        written = [generate(policy, time, progress.tell) for policy, _ in policies]
    return any(written)


def _policies(paths: tuple[str, ...], roster: str | None) -> list[tuple[api.Policy, Roster | None]]:
    """Every policy that the paths mean, with its roster; libraries have nothing to run.

    Raises `PolicyError` with all that is wrong in any of them.
    """
    rosters = Rosters(roster)
    policies: list[tuple[api.Policy, Roster | None]] = []
    findings: list[Diagnostic] = []
    for program, settings in loaded(paths):
        try:
            policy = api.policy_of(program, settings)
        except PolicyError as error:
            findings += error.findings
            continue
        if policy is not None:
            policies.append((policy, rosters.of(settings)))
    if findings:
        raise PolicyError(each_once(findings))
    return policies

"""`routebook test`: the test blocks of policies."""

from __future__ import annotations

import sys

import click

from routebook import api
from routebook.cli.endings import NO
from routebook.cli.options import format_option, paths_argument, read_once, roster_option
from routebook.cli.progress import Progress
from routebook.cli.project import Rosters, each_once, loaded
from routebook.cli.streams import emit
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
@format_option(FORMATS)
@click.pass_context
def command(context: click.Context, paths: tuple[str, ...], roster: str | None, format_: str) -> None:
    """Run the test blocks of policies, those in NAME_test.route beside them included.

    A field that a test leaves out may have any value: the test is tried on the values that could matter.
    Tests that expect a rep need the roster. The exit code is 1 where a test fails.

    \b
    Example:
      routebook test policies
      routebook test policies/card --roster roster.toml --format junit > tests.xml
    """
    read_once(*paths, roster)
    results: list[TestResult] = []
    policies = _policies(paths, roster)
    with Progress("testing", len(policies)) as progress:
        for policy, reps in policies:
            results += run_tests(policy, reps)
            progress.done += 1
    emit(named(FORMATS, format_).render(results, style_for(sys.stdout)))
    if not all(result.passed for result in results):
        context.exit(NO)


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

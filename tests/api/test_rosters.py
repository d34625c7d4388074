"""A roster is held against the policy that it is to run with, wherever a policy is checked or proved."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

import routebook
from routebook.roster import Roster
from routebook.runtime.stores import open_store

POLICY = """
lead { id: id }
rep { team: text }
else assign pool sales by availability then queue triage
"""


def _roster(extra: str) -> Roster:
    return Roster.loads(f'[pools.sales]\nmembers = ["ana"]\n\n[reps.ana]\n{extra}\n')


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ('hours = "always"', "the rep `ana` has no `team`, which the policy needs"),
        ('team = "north"', "the rep `ana` has no `hours`"),
        ('hours = "always"\nteam = ["a", "b"]', "`team` of the rep `ana`"),
    ],
)
def test_what_the_policy_needs_of_reps_is_a_finding(extra: str, words: str) -> None:
    roster = _roster(extra)
    with pytest.raises(routebook.PolicyError) as caught:
        routebook.loads(POLICY, prove=True, roster=roster)
    assert any(finding.code == "RB205" and words in finding.message for finding in caught.value.findings)
    assert any(finding.code == "RB205" for finding in routebook.check(POLICY, roster=roster))


def test_a_roster_that_fits_is_no_finding() -> None:
    assert not routebook.check(POLICY, roster=_roster('hours = "always"\nteam = "north"'))


def test_looking_leaves_a_store_as_it_was(tmp_path: Path) -> None:
    roster = _roster('hours = "always"\nteam = "north"')
    url = f"sqlite:///{tmp_path / 'leads.db'}"
    router = routebook.Router(routebook.loads(POLICY), roster=roster, store=url)
    router.explain({"id": "L-1"})
    with closing(open_store(url)) as store:
        assert store.text(roster.digest) is None
    router.route({"id": "L-1"})
    with closing(open_store(url)) as store:
        assert store.text(roster.digest) is not None

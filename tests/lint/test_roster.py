"""Pools and reps that the policy names, against the roster that it is to run with."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import api
from routebook.diagnostics import Diagnostic
from routebook.lint.model import Subject
from routebook.lint.rules import empty_pool, unknown_pool, unknown_rep
from routebook.roster import Roster

LEAD = "lead { id: id  score: integer 0..100  owner: rep optional }\n"

ROSTER = Roster.loads(
    """
[pools.sales]
members = ["ana", "bogdan"]
[pools.gone]
members = ["chen"]
[pools.nobody]
members = []
[pools.paused]
members = ["dora"]

[reps.ana]
name = "Ana Pop"
email = "ana@example.com"
hours = "always"
[reps.bogdan]
hours = "always"
away = ["2020-01-01..2099-12-31"]
[reps.chen]
hours = "always"
active = false
[reps.dora]
hours = "always"
weight = 0
"""
)


def found(rest: str, roster: Roster = ROSTER) -> list[Diagnostic]:
    policy = api.loads(LEAD + rest)
    subject = Subject(policy.checked, policy.tree, roster)
    return [*unknown_pool.find(subject), *unknown_rep.find(subject), *empty_pool.find(subject)]


def names(rest: str) -> list[tuple[str, str]]:
    return [(finding.name, finding.span.text) for finding in found(rest) if finding.span is not None]


@pytest.mark.parametrize(
    "target",
    [
        "assign pool saless by load",
        "round_robin saless",
        "hold pool saless up to 2h",
        "queue q then pool saless",
        'split "s" by id { 50% queue a  50% split "t" by id { 100% pool saless } }',
    ],
)
def test_a_pool_that_is_not_there_wherever_a_target_names_it(target: str) -> None:
    (finding,) = found(f"else {target}\n")
    assert finding.span is not None
    assert (finding.name, finding.span.text) == ("unknown-pool", "saless")
    assert finding.help == "did you mean `sales`?"


def test_steps_of_slas_are_targets_too() -> None:
    sla = 'sla fast { respond within 2h then reassign 2 times then pool lost  close within 9d then rep "eve" }\n'
    assert names(f"{sla}else queue q\n") == [("unknown-pool", "lost"), ("unknown-rep", '"eve"')]


def test_all_and_pools_of_the_roster_are_fine() -> None:
    assert names("when score > 3 round_robin all\nelse round_robin sales then pool paused\n") == []


def test_a_pool_is_one_finding_at_its_first_place() -> None:
    (finding,) = found(
        "when score > 3 round_robin lost\nwhen score > 2 hold pool lost up to 2h\nelse round_robin lost\n"
    )
    assert [label.message for label in finding.related] == ["and here", "and here"]
    assert finding.help == "declare `[pools.lost]` in the roster, with its members"


@pytest.mark.parametrize(
    ("id", "help"),
    [
        ("anna", "did you mean `ana`?"),
        ("Ana", "did you mean `ana`?"),
        ("Ana Pop", "did you mean `ana`?"),
        ("ana@example.com", "did you mean `ana`?"),
        ("zoe_martin", "declare `[reps.zoe_martin]` in the roster"),
        ("Zoe Martin", 'declare `[reps."Zoe Martin"]` in the roster'),
    ],
)
def test_a_rep_who_is_not_there(id: str, help: str) -> None:
    (finding,) = found(f'else assign rep "{id}" then queue q\n')
    assert (finding.name, finding.help) == ("unknown-rep", help)


def test_reps_of_a_derive_that_is_assigned_and_of_tests() -> None:
    rest = """
derive who: rep { when score > 50 then "ana"  when score > 20 then "eve"  else "finn" }
derive asked: rep { else "gone_long_ago" }
when owner == asked or owner == "also_gone" queue q
else assign rep who then queue q
test "one" { lead { score: 3 } expect rep "hana" }
"""
    assert names(rest) == [
        ("unknown-rep", '"eve"'),
        ("unknown-rep", '"finn"'),
        ("unknown-rep", 'expect rep "hana"'),
    ]


def test_an_inactive_rep_is_known() -> None:
    assert names('else assign rep "chen" then queue q\n') == []


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        ("gone", "nobody would get these leads: no member of `gone` is active"),
        ("nobody", "nobody would get these leads: the pool `nobody` has no members"),
    ],
)
def test_pools_in_which_nobody_is_active(pool: str, message: str) -> None:
    (finding,) = found(f"else round_robin {pool} then queue q\n")
    assert (finding.name, finding.message) == ("empty-pool", message)


def test_away_and_paused_members_count() -> None:
    assert names("else round_robin paused then queue q\n") == []


def test_everybody_is_nobody_where_no_rep_is_active() -> None:
    roster = Roster.loads('[reps.chen]\nhours = "always"\nactive = false\n')
    (finding,) = found("else round_robin all then queue q\n", roster)
    assert finding.message == "nobody would get these leads: the roster has no active rep"


def test_without_a_roster_nothing_is_asked() -> None:
    assert [f.name for f in api.check(f"{LEAD}else round_robin lost then queue q\n")] == []


def test_an_imported_sla_that_no_rule_is_under_is_left_alone(tmp_path: Path) -> None:
    slas = "sla a { respond within 2h then pool lost }\nsla b { respond within 2h then pool gone2 }\n"
    (tmp_path / "slas.route").write_text(slas)
    policy = tmp_path / "policy.route"
    policy.write_text(f'import "slas.route"\n{LEAD}else round_robin sales then queue q under a\n')
    findings = api.check(policy, roster=ROSTER)
    assert [f.span.text for f in findings if f.name == "unknown-pool" and f.span] == ["lost"]

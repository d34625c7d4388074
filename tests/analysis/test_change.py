"""Differences against every lead there is, and the laws that comparing keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from routebook import api
from routebook.analysis.change import difference, is_changed
from routebook.plan.tree import Tree
from support.edits import edited
from support.small_policies import NOW, ROUNDS, small_policy

LEAD = """lead {
  id:       id
  score:    integer 0..100
  industry: one of ["health", "finance"] optional
  country:  country
  vip:      bool
}
"""


def tree_of(text: str) -> Tree:
    return api.loads(text).tree


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_difference_is_all_that_changed_and_nothing_else(seed: int) -> None:
    """Differences over all types: every lead that changes is in a pair that is shown, and what is shown changes."""
    policy = small_policy(200_000 + seed)
    if "when" not in edited(policy.text, seed):
        pytest.skip("nothing is left")
    loaded = api.loads(policy.text)
    old, new = loaded.tree, tree_of(edited(policy.text, seed))
    found = difference(old, new)
    pairs = [(change.old.rule, change.new.rule) for change in found.changes]
    assert len(set(pairs)) == len(pairs)
    for change in found.changes:
        shown = dict(change.region.witness)
        now = shown.pop("now", NOW)
        changed = is_changed(old, new, loaded.lead(shown), now)
        assert changed is not None
        assert (changed[0], changed[1]) == (change.old, change.new)
    for lead in policy.leads(limit=1000):
        changed = is_changed(old, new, lead, NOW)
        if changed is not None and not found.doubts:
            assert (changed[0].rule, changed[1].rule) in pairs


@pytest.mark.parametrize("seed", range(0, ROUNDS, 5))
def test_a_policy_is_the_same_as_itself(seed: int) -> None:
    """A policy differs in nothing from itself."""
    tree = tree_of(small_policy(300_000 + seed).text)
    assert difference(tree, tree).same


def test_rule_names_and_layout_change_nothing() -> None:
    old = tree_of(LEAD + "rule a when score >= 70 and vip queue x else queue z")
    new = tree_of(LEAD + "rule b when vip and not score < 70\n  queue x\nelse queue z")
    assert difference(old, new).same


def test_disjoint_rules_may_change_places() -> None:
    first, second = 'when country == "DE" queue a', 'when country == "FR" queue b'
    old, new = (tree_of(LEAD + f"{x} {y} else queue z") for x, y in ((first, second), (second, first)))
    assert difference(old, new).same


def test_a_moved_bound_is_one_region() -> None:
    old = tree_of(LEAD + 'when score >= 70 and industry == "health" queue a else queue z')
    new = tree_of(LEAD + 'when score >= 60 and industry == "health" queue a else queue z')
    (change,) = difference(old, new).changes
    assert change.region.text == 'score between 60 and 69 and industry == "health"'
    assert (change.old.plan, change.new.plan) == (("queue z",), ("queue a",))


def test_an_sla_is_part_of_the_outcome() -> None:
    sla = "sla fast { respond within %s then queue late }"
    rules = "when vip round_robin all then queue q under fast else queue z"
    old, new = (tree_of(LEAD + rules + "\n" + sla % time) for time in ("2h", "3h"))
    (change,) = difference(old, new).changes
    assert change.region.text == "vip"


def test_a_definition_that_a_plan_asks_of_is_part_of_the_outcome() -> None:
    text = """
    rep { level: integer 1..3 }
    derive tier: integer { when score >= %d then 3 else 1 }
    else round_robin all where rep.level >= tier then queue q
    """
    old, new = (tree_of(LEAD + text % bound) for bound in (50, 60))
    (change,) = difference(old, new).changes
    assert change.region.text == "true"


def test_a_changed_schema_is_noted() -> None:
    old = tree_of(LEAD + "when score >= 70 queue a else queue z")
    new = tree_of(LEAD.replace("0..100", "0..60") + "else queue z")
    found = difference(old, new)
    assert found.same
    assert "`score` was a whole number from 0 to 100 and is a whole number from 0 to 60" in found.notes


STEPS = """lead {
  id:    id
  score: integer 0..100
  land:  country
}
rep { level: integer 0..9  lands: set of country }
"""


@pytest.mark.parametrize(
    "rules",
    [
        "else assign pool p by round_robin where rep.level >= need\n  then queue z",
        "else hold pool p where rep.level >= need up to 2h\n  then queue z",
        'else split "s" by grade { 50% pool p 50% queue y }\n  then queue z',
        "else assign pool p by hash of grade\n  then queue z",
        "else assign pool p by round_robin sticky by grade\n  then queue z",
        'else split "s" by id { 50% pool p where rep.level >= need 50% queue y }\n  then queue z',
        "else queue z under fast\n"
        "sla fast { respond within 2h then pool p where rep.level >= need then queue late }",
        "else queue z under fast\nsla fast { respond within 2h then reassign 2 times then pool p by hash of grade }",
    ],
)
def test_what_a_plan_refers_to_is_part_of_the_outcome(rules: str) -> None:
    def policy(base: int, other: int) -> Tree:
        need = f"derive need: integer {{ when score >= {base} then 5 else 1 }}"
        grade = f"derive grade: integer {{ when need == 5 then 2 when score > {other} then 1 else 0 }}"
        return tree_of(f"{STEPS}{need}\n{grade}\n{rules}")

    assert difference(policy(50, 20), policy(50, 20)).same
    assert not difference(policy(50, 20), policy(60, 20)).same
    # what nothing of the plan refers to changes nothing
    assert difference(policy(50, 20), policy(50, 30)).same == ("grade" not in rules)


@pytest.mark.parametrize(
    "rules",
    [
        "when at.hour < 9 queue a\nelse queue b",
        'when at.weekday == "sat" queue a\nelse queue b',
        "when at.date == 2026-03-29 and at.time >= 01:30 queue a\n"
        'when at.weekday in ["sat", "sun"] queue b\nelse queue c',
    ],
)
def test_another_time_zone_changes_what_the_clock_says(rules: str) -> None:
    old, new = (
        tree_of(f'policy "p" timezone "{zone}"\nlead {{ id: id\n at: datetime }}\n{rules}')
        for zone in ("Europe/Berlin", "America/New_York")
    )
    found = difference(old, new)
    assert not found.doubts
    pairs = {(change.old.rule, change.new.rule) for change in found.changes}
    first = datetime(2026, 3, 6, tzinfo=UTC)  # the clocks are set forward on the 8th there, on the 29th here
    leads = [{"id": "L-1", "at": first + timedelta(minutes=30 * number)} for number in range(48 * 30)]
    changed = {(pair[0].rule, pair[1].rule) for lead in leads if (pair := is_changed(old, new, lead, NOW))}
    assert pairs == changed
    for change in found.changes:
        pair = is_changed(old, new, {**change.region.witness}, NOW)
        assert pair == (change.old, change.new)
        assert "(Europe/Berlin)" in change.region.text or "(America/New_York)" in change.region.text


ZONED = """policy "p" timezone "%s"
lead {
  id:    id
  email: email
  day:   date
  slot:  time
  at:    datetime
}
rep { since: datetime optional  born: date optional  level: integer optional }
derive early: bool { when slot.hour < 9 then true else false }
derive late: bool { when at.hour > 20 then true else false }
derive worth: integer 0..3 { when at.hour > 20 then 3 else 0 }
derive wish: integer 0..3 { when slot.hour > 20 then 3 else 0 }
points by_clock 0..9 { add 1 per worth up to 3 }
points by_wish 0..9 { add 1 per wish up to 3 }
else %s then queue q
"""


@pytest.mark.parametrize(
    ("target", "is_same"),
    [
        ("assign pool p by hash of email.domain", True),
        ("assign pool p by performance per day.weekday, slot.hour", True),
        ("assign pool p where early and rep.born < day", True),
        ("assign pool p where at < now", True),
        ("assign pool p where rep.level > by_wish", True),
        ("assign pool p where rep.level > by_clock", False),
        ("assign pool p where rep.since < now", False),
        ("assign pool p where rep.since is known", False),
        ("assign pool p where now.hour < 9", False),
        ("assign pool p sticky by at.date", False),
        ("assign pool p where late", False),
    ],
)
def test_another_time_zone_changes_plans_that_read_the_clock(target: str, is_same: bool) -> None:
    """A roster's moments without an offset are in the policy's time zone, too."""
    old, new = (tree_of(ZONED % (zone, target)) for zone in ("UTC", "Europe/Vienna"))
    found = difference(old, new)
    assert found.same == is_same
    assert not found.doubts
    assert found.notes == (
        "a moment without an offset in `at` is read in Europe/Vienna now, no longer in UTC",
    )


def test_a_comparison_of_a_missing_field_leaves_nothing_open() -> None:
    """Whatever a search noted for it while the field was there: without the field it does not hold."""
    rest = """
        when count > -1 and not count * 2 > 0 and not count between -3 and -1 queue q
        when count between -1 and 1 and count between 2 and 4 and count between 0 and 2 queue q
        when count is missing and count between -3 and -1 queue q
        else queue z"""
    lead = "lead { id: id count: integer optional }\n"
    first = "when not count between 2 and 4 and not count * 2 > -4 queue"
    found = difference(tree_of(f"{lead}{first} p{rest}"), tree_of(f"{lead}{first} q{rest}"))
    assert not found.doubts
    (change,) = found.changes
    assert (change.region.when, change.region.exact) == ("(count is missing or count <= -2)", True)


PLANS = """lead {
  id:    id
  score: integer 0..9
  lang:  one of ["en", "es"]
  name:  text
}
rep { lang: one of ["en", "es"]  level: integer 1..5 }
define warm = lang == "en" and score > 2
"""
WHERE = "else round_robin p where %s then queue q"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WHERE % "rep.level > 2 and rep.lang == lang", WHERE % "rep.lang == lang and rep.level > 2"),
        (WHERE % "warm and rep.level > 2", WHERE % '(score > 2 and rep.level > 2) and lang == "en"'),
        (WHERE % "not (rep.level > 2 or warm)", WHERE % "not warm and not rep.level > 2"),
        (WHERE % 'not name != "A"', WHERE % 'name == "a"'),
        (
            "when score > 3 round_robin p then queue b else queue b",
            "when score > 3 round_robin p else queue b",
        ),
    ],
)
def test_plans_that_do_the_same_in_other_words_are_the_same(old: str, new: str) -> None:
    assert difference(tree_of(PLANS + old), tree_of(PLANS + new)).same


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WHERE % "rep.level > 2 and rep.lang == lang", WHERE % "rep.level > 2 or rep.lang == lang"),
        (WHERE % "warm and rep.level > 2", WHERE % "warm and rep.level > 3"),
        (WHERE % "not (rep.level > 2 or warm)", WHERE % "not rep.level > 2 or not warm"),
        (WHERE % 'name == "A"', WHERE % 'name != "A"'),
        (
            "when score > 3 round_robin p then queue c else queue b",
            "when score > 3 round_robin p else queue b",
        ),
    ],
)
def test_plans_that_do_something_else_are_not_the_same(old: str, new: str) -> None:
    assert len(difference(tree_of(PLANS + old), tree_of(PLANS + new)).changes) == 1


def test_a_condition_of_a_plan_is_not_in_the_way_of_a_longer_list() -> None:
    """A list that grew compares as before."""
    rule = WHERE % "rep.lang == lang"
    assert difference(tree_of(PLANS + rule), tree_of(PLANS.replace('"es"]', '"es", "ro"]') + rule)).same


def test_definitions_that_double_are_read_once() -> None:
    steps = "\n".join(f"define d{n + 1} = d{n} and (d{n} or score > {n % 9})" for n in range(20))
    text = f"{PLANS}define d0 = warm\n{steps}\n{WHERE % 'd20'}"
    assert difference(tree_of(text), tree_of(text)).same

"""Pools in which nobody qualifies, held to every lead and every rep there is."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

import pytest

from routebook import api
from routebook.analysis.proof import prove
from routebook.plan.walk import Environment, walk
from routebook.roster import Roster
from routebook.runtime.fit import fit
from support.regions import condition, without_now
from support.small_policies import NOW, ROUNDS, count_drawn, not_decided, small_policy

REP = 'rep {\n  level: integer 0..4\n  kinds: set of ["a", "b", "c"]\n  skills: set of ["a", "b"]\n}\n'

WHERES = {
    "vip": ("vip or rep.level >= 2", "not vip and rep.level < 3"),
    "score": ("rep.level >= score", "score < 2 or rep.level > 3", "rep.level == score"),
    "size": ("rep.level >= size", "size is missing or rep.level > size"),
    "kind": ("kind in rep.kinds", 'kind == "a" or rep.kinds has "b"'),
    "tags": ("rep.skills has all tags", "rep.skills has any tags"),
    "seg": ("seg is missing or seg in rep.skills", "rep.skills has seg"),
}


def team(rng: random.Random) -> str:
    """A roster of one to three reps, of whom the second may be away for good."""
    names = ["ana", "bo", "cy"][: rng.choice((1, 2, 3))]
    lines = [f"[pools.sales]\nmembers = [{', '.join(f'{name!r}' for name in names)}]"]
    for name in names:
        kinds = ", ".join(f"{kind!r}" for kind in "abc" if rng.random() < 0.5)
        lines.append(f'[reps.{name}]\nname = "{name}"\nhours = "always"')
        skills = rng.choice(("", "'a'", "'b'", "'a', 'b'"))
        lines.append(f"level = {rng.randint(0, 4)}\nkinds = [{kinds}]\nskills = [{skills}]")
        if name == "bo" and rng.random() < 0.3:
            lines.append("active = false")
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nobody_qualifies_exactly_where_no_member_passes(seed: int) -> None:
    """RB204: flagged exactly where a lead comes to a pool of which no member passes, in regions that hold all such."""
    policy = small_policy(2_000_000 + seed, finite=True)
    rng = random.Random(seed)
    wheres = [where for kind in policy.kinds for where in WHERES.get(kind.name, ())]
    if not wheres or "queue p" not in policy.text:
        pytest.skip("no rule to ask about")
    where = rng.choice(wheres)
    pooled = policy.text.replace("queue p", f"round_robin sales where {where} then queue p")
    head, _, rules = pooled.partition("lead {")
    loaded = api.loads(f"{head}{REP}lead {{{rules}")
    roster = Roster.loads(team(rng))
    values = fit(loaded.tree, roster).values
    proof = prove(loaded.tree, roster, values)
    if proof.doubts:
        not_decided(doubt.reason for doubt in proof.doubts)
    flagged = {each.asked.rule.rule: each for each in proof.people}
    active = [rep.id for rep in roster.members("sales") if rep.active]
    alone: dict[str, list[dict[str, object]]] = {}
    for lead in policy.leads(limit=20_000):
        leaf = walk(loaded.tree, lead, NOW).leaf
        asked = getattr(leaf.plan.targets[0].target, "where", None) if leaf is not None else None
        if leaf is not None and asked is not None:
            environment = Environment(loaded.tree, lead, NOW)
            if not any(environment.with_rep(values[rep]).judge(asked).holds for rep in active):
                alone.setdefault(leaf.rule, []).append(lead)
    assert set(flagged) == set(alone)
    for rule, found in flagged.items():
        reads = [condition(policy, region.when) for region in found.regions]
        assert all(any(holds(lead) for holds in reads) for lead in alone[rule])
        for region, holds in zip(found.regions, reads, strict=True):
            assert loaded.lead(without_now(region.witness)) in alone[rule]
            inside = [lead for lead in policy.leads(limit=20_000) if holds(lead)]
            assert not region.exact or all(lead in alone[rule] for lead in inside)
        assert [member for member, _ in found.lacks] == active


@pytest.mark.parametrize(
    ("where", "lacks"),
    [
        ("rep.skills has all wants", True),  # a lead may want what nobody knows of
        ("rep.skills has any wants", True),  # or nothing at all
        ("rep.skills has none wants", True),
        ("wants has none rep.skills or wants has any rep.skills", False),
        ('rep.skills has "a" or wants has "b"', False),
        ("wants has all rep.skills", True),
    ],
)
def test_sets_of_any_texts_are_looked_through(where: str, lacks: bool) -> None:
    roster = Roster.loads(
        "[pools.sales]\nmembers = ['ana', 'bo']\n"
        "[reps.ana]\nname = 'Ana'\nhours = 'always'\nskills = ['a', 'b']\n"
        "[reps.bo]\nname = 'Bo'\nhours = 'always'\nskills = ['b', 'c']\n"
    )
    loaded = api.loads(
        "lead {\n  id: id\n  wants: set of text\n}\nrep { skills: set of text }\n"
        f"else round_robin sales where {where}\n  then queue triage\n"
    )
    values = fit(loaded.tree, roster).values
    proof = prove(loaded.tree, roster, values)
    assert not proof.doubts
    assert bool(proof.people) is lacks
    for nobody in proof.people:
        for region in nobody.regions:
            lead = loaded.lead(without_now(region.witness))
            environment = Environment(loaded.tree, lead, NOW)
            for rep in ("ana", "bo"):
                assert not environment.with_rep(values[rep]).judge(nobody.asked.where).holds


@pytest.mark.parametrize(
    "rule",
    [
        "wants has any extras",
        'wants has any extras and not wants has "a"',
        'wants has any extras and extras has "c"',
        "wants has any extras and not extras has all wants",
    ],
)
def test_what_a_set_may_hold_at_most_may_have_to_be_in_another(rule: str) -> None:
    """Nobody passes exactly where the rep has all that the lead wants, and some of it is among the extras."""
    loaded = api.loads(
        "lead {\n  id: id\n  wants: set of text\n  extras: set of text\n}\nrep { skills: set of text }\n"
        f"rule asked when {rule} assign pool sales where not rep.skills has all wants then queue triage\n"
        "else queue z\n"
    )
    roster = Roster.loads(
        "[pools.sales]\nmembers = ['ana']\n[reps.ana]\nname = 'Ana'\nhours = 'always'\nskills = ['a', 'b']\n"
    )
    proof = prove(loaded.tree, roster, fit(loaded.tree, roster).values)
    assert not proof.doubts
    (nobody,) = proof.people
    wants = nobody.regions[0].witness["wants"]
    assert wants <= {"a", "b"}
    assert wants & nobody.regions[0].witness["extras"]


WANTS = (
    "wants has any extras", "not wants has any extras", "extras has all wants", "not extras has all wants",
    'wants has "a"', 'not wants has "b"', 'extras has "c"', 'not extras has "c"', "wants has all extras",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_sets_that_are_compared_in_rules_and_with_reps(seed: int) -> None:
    """RB204 of sets of any texts: flagged exactly where leads of a few texts show it, by leads whom nobody suits."""
    rng = random.Random(seed)
    where = rng.choice(("rep.skills has all wants", "rep.skills has any wants", "wants has all rep.skills"))
    rule = " and ".join(rng.sample(WANTS, rng.choice((1, 2, 3))))
    loaded = api.loads(
        "lead {\n  id: id\n  wants: set of text\n  extras: set of text\n}\nrep { skills: set of text }\n"
        f"rule asked when {rule} assign pool sales where {where} then queue triage\nelse queue z\n"
    )
    roster = Roster.loads(
        "[pools.sales]\nmembers = ['ana', 'bo']\n"
        f"[reps.ana]\nname = 'Ana'\nhours = 'always'\nskills = {rng.choice((['a', 'b'], ['a']))}\n"
        f"[reps.bo]\nname = 'Bo'\nhours = 'always'\nskills = {rng.choice((['b', 'c'], ['a', 'c', 'b']))}\n"
    )
    values = fit(loaded.tree, roster).values
    proof = prove(loaded.tree, roster, values)
    assert not proof.doubts

    def is_alone(lead: Mapping[str, Any]) -> bool:
        environment = Environment(loaded.tree, lead, NOW)
        asked = loaded.tree.rules[0].plan.targets[0].target.where
        is_taken = (leaf := walk(loaded.tree, lead, NOW).leaf) is not None and leaf.rule == "asked"
        return is_taken and not any(
            environment.with_rep(values[rep]).judge(asked).holds for rep in ("ana", "bo")
        )

    sets = [frozenset(each) for size in range(6) for each in combinations("abcde", size)]
    leads = [{"id": "L-1", "wants": wants, "extras": extras} for wants, extras in product(sets, sets)]
    count_drawn(len(leads))
    assert bool(proof.people) == any(map(is_alone, leads))
    for nobody in proof.people:
        for region in nobody.regions:
            assert is_alone(loaded.lead(without_now(region.witness)))


@pytest.mark.parametrize(
    ("type_", "named", "where"),
    [
        ("text", ("en", "es", "de"), 'score >= 4, but only with more in `wants` than "en", "es" and "de"'),
        ("country", ("GB", "ES", "DE"), 'score >= 4, but only with more in `wants` than "ES", "GB" and "DE"'),
        ('["en", "es", "de", "fr", "it"]', ("en", "es", "de"), 'wants has any ["fr", "it"] and score >= 4'),
    ],
)
@pytest.mark.parametrize("optional", ["", " optional"])
def test_members_of_a_set_that_nobody_names_are_told_by_a_condition_or_beside_it(
    type_: str, named: tuple[str, ...], where: str, optional: str
) -> None:
    first, second, third = (f"'{each}'" for each in named)
    roster = Roster.loads(
        "[pools.sales]\nmembers = ['ana', 'bo']\n"
        f"[reps.ana]\nname = 'Ana'\nhours = 'always'\nskills = [{first}, {second}]\n"
        f"[reps.bo]\nname = 'Bo'\nhours = 'always'\nskills = [{third}]\n"
    )
    head = (
        f"lead {{\n  id: id\n  wants: set of {type_}{optional}\n  score: integer 0..9\n}}\n"
        f"rep {{ skills: set of {type_} }}\n"
    )
    asks = "assign pool sales where rep.skills has all wants then queue triage"
    loaded = api.loads(f"{head}when score > 3 {asks}\nelse queue z\n")
    proof = prove(loaded.tree, roster, fit(loaded.tree, roster).values)
    assert not proof.doubts
    (nobody,) = proof.people
    texts = [region.said("every lead") for region in nobody.regions]
    assert where in texts
    assert [text for text in texts if "has more" in text or "has only" in text] == []
    reads = [api.loads(f"{head}when {region.when} queue x\nelse queue z\n").tree for region in nobody.regions]
    bare = loaded.lead({"id": "L-1", "score": 4}).raw
    assert not optional or any(walk(tree, bare, NOW).leaf is tree.rules[0] for tree in reads)
    others = ("fr", "it") if "[" in type_ else ("FR", "IT") if type_ == "country" else ("cs", "pl")
    for score, size in product((3, 4), range(4)):
        for wants in combinations((*named, *others), size):
            lead = loaded.lead({"id": "L-1", "wants": list(wants), "score": score}).raw
            is_alone = score > 3 and not set(wants) <= set(named[:2]) and not set(wants) <= {named[2]}
            inside = [walk(tree, lead, NOW).leaf is tree.rules[0] for tree in reads]
            assert any(inside) or not is_alone
            for region, is_inside in zip(nobody.regions, inside, strict=True):
                assert is_alone or not is_inside or not region.exact
                assert region.exact == (not region.note)

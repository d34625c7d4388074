"""A policy that was checked before decides, explains and fails as one that is checked anew."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from routebook import PolicyError, api
from routebook.api import Policy
from routebook.codegen.compiled import source_to_keep, verdicts
from routebook.codegen.running import straight
from routebook.decision import Lead
from routebook.intake.leads import Incoming, read_leads
from routebook.plan import kept_tree
from routebook.plan.digest import digest_of
from routebook.plan.walk import walk
from routebook.source import Source
from support.policies import policies_with_leads
from support.worked import FOLDERS, leads_file

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
POLICY = 'import "lib.route"\nlead { id: id score: integer 0..100 }\nwhen high queue good\nelse queue rest\n'
LIBRARY = "define high = score > 70\n"
TESTS = 'test "high" { lead { id: "x" score: 80 } expect queue good }\n'


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROUTEBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path, cache: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    (made / "p.route").write_text(POLICY)
    (made / "lib.route").write_text(LIBRARY)
    (made / "p_test.route").write_text(TESTS)
    (made / "routebook.toml").write_text('[lint]\nunused-name = "off"\n')
    return made


def remembered(path: Path) -> Policy | None:
    """The policy, where it was not checked anew."""
    policy = api.load(path)
    return policy if policy._remembered is not None else None


def same(old: Policy, new: Policy) -> None:
    """Every part of the two is the same, to the places that explanations point at."""
    assert (new.name, new.digest, new.timezone, new.source) == (
        old.name,
        old.digest,
        old.timezone,
        old.source,
    )
    assert [(each.name, each.text) for each in new.texts] == [(each.name, each.text) for each in old.texts]
    assert new.settings == old.settings
    assert new.tree == old.tree
    assert digest_of(new.tree) == old.digest
    assert kept_tree.dump(new.tree, new.texts) == kept_tree.dump(old.tree, old.texts)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_worked_policies_come_back_the_same(folder: Path, cache: Path) -> None:
    fresh, known = api.load(folder), remembered(folder)
    assert known is not None
    leads = [each.lead for each in _leads(folder, fresh)][:200]
    assert [known.decide(lead, NOW) for lead in leads] == [fresh.decide(lead, NOW) for lead in leads]
    same(fresh, known)
    assert [known.explain(lead, NOW) for lead in leads[:20]] == [
        fresh.explain(lead, NOW) for lead in leads[:20]
    ]
    assert known.checked.tests == fresh.checked.tests
    assert known.kept == fresh.kept


def _leads(folder: Path, policy: Policy) -> list[Incoming]:
    source = policy.tree.sources[policy.source] if policy.source is not None else None
    read = read_leads(leads_file(folder), policy.schema, timezone=policy.timezone, source=source)
    return [each for each in read if isinstance(each, Incoming)]


@settings(deadline=None, max_examples=60)
@given(policies_with_leads())
def test_any_tree_comes_back_the_same(drawn: tuple[Policy, list[Lead], datetime]) -> None:
    policy, leads, now = drawn
    text = json.dumps(kept_tree.dump(policy.tree, policy.texts))
    sources = [Source(each.name, each.text) for each in policy.texts]
    back = kept_tree.load(json.loads(text), sources)
    assert back == policy.tree
    assert digest_of(back) == policy.digest
    assert json.dumps(kept_tree.dump(back, sources)) == text
    code = source_to_keep(policy.tree)
    decide = straight(code, back.digest, back.timezone, verdicts(back)) if code is not None else None
    for lead in leads:
        old, new = walk(policy.tree, lead, now), walk(back, lead, now)
        assert new == old
        if decide is not None:
            said = decide(lead.raw, now)
            assert said == (
                None if old.leaf is None else (old.leaf.rule, old.leaf.plan.texts, old.leaf.plan.sla)
            )


EDITS: dict[str, tuple[str, str]] = {
    "the policy": ("p.route", POLICY.replace("rest", "others")),
    "an import": ("lib.route", LIBRARY.replace("70", "75")),
    "its tests": ("p_test.route", TESTS.replace("80", "90")),
    "its settings": ("routebook.toml", 'source = "none"\n'),
}


@pytest.mark.parametrize(("name", "text"), EDITS.values(), ids=EDITS)
def test_an_edit_makes_it_another_policy(folder: Path, name: str, text: str) -> None:
    api.load(folder / "p.route")
    assert remembered(folder / "p.route") is not None
    (folder / name).write_text(text)
    assert remembered(folder / "p.route") is None
    assert remembered(folder / "p.route") is not None


BROKEN: dict[str, tuple[str, str]] = {
    "the policy": ("p.route", POLICY + "when nothing_known queue q\n"),
    "an import": ("lib.route", "define high = score > \n"),
    "its tests": ("p_test.route", TESTS.replace("good", "nowhere")),
    "its settings": ("routebook.toml", "rooster = 1\n"),
}


@pytest.mark.parametrize(("name", "text"), BROKEN.values(), ids=BROKEN)
def test_mistakes_are_told_as_they_are_without_a_cache(
    folder: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.load(folder / "p.route")
    (folder / name).write_text(text)
    told = []
    for _ in range(2):
        with pytest.raises(PolicyError) as error:
            api.load(folder / "p.route")
        told.append(str(error.value))
        monkeypatch.setenv("ROUTEBOOK_CACHE", "off")
    assert told[0] == told[1]


def test_an_import_that_is_gone_is_missed(folder: Path) -> None:
    api.load(folder / "p.route")
    (folder / "lib.route").unlink()
    with pytest.raises(PolicyError, match="there is no file"):
        api.load(folder / "p.route")


HARM: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: path.write_text(path.read_text()[:-10]),
    "changed": lambda path: path.write_text(path.read_text().replace("good", "bad!")),
    "empty": lambda path: path.write_text(""),
    "no text": lambda path: path.write_bytes(b"\xff\x00"),
    "no JSON": lambda path: path.write_text(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
    ),
    "for others to write": lambda path: path.chmod(0o666),
}


@pytest.mark.skipif(os.name == "nt", reason="permissions are Unix's")
@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_what_is_broken_or_foreign_is_passed_over(
    folder: Path, cache: Path, harm: Callable[[Path], object]
) -> None:
    fresh = api.load(folder / "p.route")
    (kept,) = cache.glob("policy-*")
    harm(kept)
    again = api.load(folder / "p.route")
    assert again._remembered is None
    assert again.decide({"id": "a", "score": 90}) == fresh.decide({"id": "a", "score": 90})
    assert remembered(folder / "p.route") is not None


def test_nothing_is_kept_where_that_is_turned_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_CACHE", "off")
    api.load(folder / "p.route")
    assert remembered(folder / "p.route") is None


def test_the_cache_is_the_users_own(folder: Path, cache: Path) -> None:
    api.load(folder / "p.route")
    (kept,) = cache.glob("policy-*")
    assert (cache.stat().st_mode & 0o077, kept.stat().st_mode & 0o077) == (0, 0)


def test_many_rules_come_back_with_their_index(tmp_path: Path, cache: Path) -> None:
    rules = "\n".join(f"when score == {n} and kind == {n % 7} queue q{n}" for n in range(300))
    path = tmp_path / "many.route"
    path.write_text(f"lead {{ id: id score: integer 0..999 kind: integer 0..6 }}\n{rules}\nelse queue rest\n")
    fresh, known = api.load(path), remembered(path)
    assert known is not None
    records = [{"id": "a", "score": score, "kind": score % 5} for score in range(0, 400, 7)]
    assert [known.decide(each) for each in records] == [fresh.decide(each) for each in records]
    same(fresh, known)

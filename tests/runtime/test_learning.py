"""Past leads from a file: what fits, what does not, and that each counts once, in every store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.auditing import audit
from routebook.intake.history import PastLead, read_history
from routebook.intake.problems import InputError
from routebook.runtime.learning import HISTORY, Learned
from routebook.runtime.router import Router
from routebook.runtime.segments import ways_to_segment
from routebook.runtime.stores import Store
from routebook.runtime.stores.memory import MemoryStore
from support.after import happens, result
from support.routing import NOON, assigned, lead, pool, reps, router_of, tree_of
from support.stores import SCHEMES, opened

RULES = "else assign pool smb by performance per country then queue triage"
TEAM = pool("smb", "ana", "bogdan") + reps("ana", "bogdan")
FIELDS = [ref for way in ways_to_segment(tree_of(RULES)) for ref in way]
GERMAN = '{"country":"DE"}'
HEAD = "lead,rep,at,won,country\n"


@pytest.fixture(params=SCHEMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    yield from opened(request.param, tmp_path)


def past(lead: str, rep: str = "ana", won: bool = True, at: datetime = NOON, **values: str) -> PastLead:
    return PastLead(lead, rep, at - timedelta(days=1), won, {"country": None, **values})


def learnt(router: Router, *leads: PastLead, now: datetime = NOON) -> Learned:
    return router.learn(leads, now)


# --- the file --------------------------------------------------------------------------------------------


def read(folder: Path, text: str, name: str = "history.csv") -> tuple[PastLead, ...]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_history(path, FIELDS, UTC).leads


def test_a_table_and_lines_of_json_say_the_same(tmp_path: Path) -> None:
    table = read(tmp_path, HEAD + "L-1,ana,2026-02-01,yes,Germany\nL-2,bogdan,2026-02-01T10:00+01:00,0,\n")
    lines = [
        {"lead": "L-1", "rep": "ana", "at": "2026-02-01", "won": True, "country": "DE", "more": 1},
        {"lead": "L-2", "rep": "bogdan", "at": "2026-02-01T09:00Z", "won": False},
    ]
    as_json = read(tmp_path, "\n".join(map(json.dumps, lines)), "history.jsonl")
    assert table == as_json
    assert table[0] == PastLead("L-1", "ana", datetime(2026, 2, 1, tzinfo=UTC), True, {"country": "DE"})
    assert table[1].values == {"country": None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "`…/history.csv` is empty"),
        (
            "lead,rep,at,country\n",
            "there is no column `won`: add it",
        ),
        (
            "lead,rep,at,won\n",
            "there is no column `country`, by which the policy tells leads apart: add it",
        ),
        (
            "Lead,rep,at,won,Contry\n",
            "there is no column `country`, by which the policy tells leads apart: did you mean `Contry`?",
        ),
        ("lead,LEAD,Lead,rep,at,won,country\n", None),
        ("Lead,LEAD,rep,at,won,country\n", "the columns `Lead` and `LEAD` would all be `lead`: keep one"),
        (HEAD + "L-1,ana,2026-02-01,maybe,DE\n", "row 1, column `won`: `maybe` is not true or false"),
        (HEAD + "L-1,ana,01/02/2026,yes,DE\n", "row 1, column `at`: `01/02/2026` is not a date and time"),
        (HEAD + "L-1,,2026-02-01,yes,DE\n", "row 1, column `rep`: nothing is there; fill it in, or take the row out"),
        (HEAD + "L-1,ana,2026-02-01,yes,Xland\n", "row 1, column `country`: `Xland` is not a country"),
        (
            HEAD + "L-1,ana,2026-02-01,yes,DE\nL-1,ana,2026-02-03,no,DE\n",
            "row 2: lead `L-1` of `ana` stands in row 1 too; keep one",
        ),
        (HEAD + 'L-1,"ana,2026-02-01,yes,DE\n', "row 1 cannot be read: a quote opens on line 2"),
    ],
)  # fmt: skip
def test_mistakes_are_told(tmp_path: Path, text: str, message: str | None) -> None:
    if message is None:
        assert read(tmp_path, text) == ()
        return
    with pytest.raises(InputError) as error:
        read(tmp_path, text)
    told = str(error.value).replace(str(tmp_path), "…")
    assert told.startswith("nothing is learnt from the history: `…/history.csv`")
    assert message in told


def test_all_mistakes_are_told_at_once_and_no_more_than_fit_a_screen(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, HEAD + "L,ana,never,maybe,\n" * 30)
    lines = str(error.value).splitlines()
    assert "has 60 mistakes:" in lines[0]
    assert len(lines) == 22
    assert lines[-1] == "  and 40 more"


# --- what is learnt --------------------------------------------------------------------------------------


def test_results_count_overall_and_in_their_segment(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    found = learnt(router, past("A", country="DE"), past("B", won=False), past("C", "bogdan", country="DE"))
    assert found == Learned(counted=3)
    assert result(router, "ana") == (1, 1)
    assert result(router, "ana", GERMAN) == (1, 0)
    assert result(router, "bogdan", GERMAN) == (1, 0)
    (row,) = store.log()
    assert (row.kind, row.chain, row.lead, row.at) == (HISTORY, HISTORY, "", NOON)


def test_the_same_again_changes_nothing(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    leads = [past(f"P{n}", "ana" if n % 3 else "bogdan", n % 2 == 0, country="DE") for n in range(450)]
    assert learnt(router, *leads) == Learned(counted=450)
    before = [result(router, rep, segment) for rep in ("ana", "bogdan") for segment in ("", GERMAN)]
    rows = list(store.log())
    assert len(rows) == 3
    assert learnt(router_of(RULES, TEAM, store), *leads, past("new")) == Learned(counted=1, known=450)
    assert learnt(router, *leads) == Learned(known=450)
    assert result(router, "ana") == (before[0][0] + 1, before[0][1])
    assert [result(router, rep, segment) for rep in ("ana", "bogdan") for segment in ("", GERMAN)][
        1:
    ] == before[1:]
    assert len(list(store.log())) == 4


def test_who_is_left_out_is_told(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    strangers = [past(f"S{n}", f"gone{n % 7}") for n in range(10)]
    found = learnt(router, past("A"), past("B", at=NOON + timedelta(days=2)), *strangers)
    assert (found.counted, found.later, found.strangers["gone0"], len(found.strangers)) == (1, 1, 2, 7)
    assert found.notes == (
        "1 past lead learnt from",
        "1 past lead left out: closed later than now",
        "10 past leads left out, of reps who are not in the roster: `gone0` (2), `gone1` (2), `gone2` (2), "
        "`gone3` (1), `gone4` (1) and 2 more",
    )
    # once they are in the roster, and once it is late enough, they count as well
    wider = router_of(RULES, TEAM + reps("gone0"), store)
    assert learnt(wider, *strangers).counted == 2
    assert learnt(router, past("B", at=NOON + timedelta(days=2)), now=NOON + timedelta(days=3)).counted == 1


def test_leads_with_a_result_here_are_not_counted_twice(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    assigned(router, 2, country="DE")
    rep = next(row.rep for row in store.log("L0"))
    assert rep is not None
    happens(router, "L0", "converted")
    before = result(router, rep)
    found = learnt(router, past("L0", rep), past("L1", rep))
    assert (found.counted, found.here) == (1, 1)
    assert result(router, rep)[0] == before[0] + 1


def test_another_per_learns_about_its_own_fields_alone(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    learnt(router, past("A", country="DE"))
    other = router_of(RULES.replace("per country", "per language"), TEAM, store)
    assert learnt(other, PastLead("A", "ana", NOON, True, {"language": "ro"})) == Learned(counted=1)
    assert result(other, "ana") == (1, 0)
    assert result(other, "ana", '{"language":"ro"}') == (1, 0)
    assert result(other, "ana", GERMAN) == (1, 0)


def test_what_is_learnt_decides_and_is_explained(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    leads = [past(f"A{n}", "ana", n < 2, country="DE") for n in range(60)]
    leads += [past(f"B{n}", "bogdan", n < 30, country="DE") for n in range(60)]
    german = lead(router.tree, "L", country="DE")
    plain = router.preview(german, NOON)
    supposed = router.preview(german, NOON, leads)
    assert router.preview(german, NOON).candidates == plain.candidates, "nothing is left of what was supposed"
    assert list(store.log()) == []
    learnt(router, *leads)
    assert router.preview(german, NOON) == supposed
    assert router.preview(german, NOON, leads) == supposed, "what is counted is not counted again"
    assert supposed.arithmetic is not None
    assert (
        supposed.arithmetic.endswith(
            "47.1 % are expected of bogdan: 30 of 60 won here, 0 of 0 elsewhere, on a prior of 10 at everybody's 27.0 %"
        )
        or "given at random" in supposed.arithmetic
    )
    counts = assigned(router, 60, "X", country="DE")
    assert counts.count("bogdan") > 45


def test_who_learns_at_the_same_time_counts_once(store: Store) -> None:
    leads = [past(f"P{n}", "ana" if n % 2 else "bogdan", n % 3 == 0, country="DE") for n in range(300)]
    routers = [router_of(RULES, TEAM, store) for _ in range(3)]
    found: list[Learned] = []
    threads = [
        Thread(target=lambda each=each: found.append(learnt(each, *leads)))  # type: ignore[misc]
        for each in routers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each.counted for each in found) == 300
    assert sum(each.known for each in found) == 600
    assert sum(result(routers[0], "ana")) == sum(result(routers[0], "bogdan")) == 150
    assert audit(store).is_well


def test_an_audit_replays_it(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    learnt(router, *(past(f"P{n}", "ana", n % 2 == 0, country="DE") for n in range(250)))
    assigned(router, 20, country="DE")
    happens(router, "L0", "converted")
    learnt(router, past("L0", "ana"), past("L1", "bogdan"), past("P1"), past("late", country="FR"))
    found = audit(store)
    assert found.is_well, found
    assert found.replayed == len(list(store.log()))


many = st.lists(
    st.builds(
        lambda id, rep, won, country: past(str(id), rep, won, country=country),
        st.integers(0, 30),
        st.sampled_from(["ana", "bogdan", "nobody"]),
        st.booleans(),
        st.sampled_from(["DE", "FR"]),
    ),
    unique_by=lambda each: (each.lead, each.rep),
    max_size=30,
)


@given(many, many)
def test_law_what_counts_is_the_union_however_it_is_given(one: list[PastLead], other: list[PastLead]) -> None:
    """In pieces, repeated, in any order: a result counts once for each lead and rep, as it was first told."""
    pieces, whole = router_of(RULES, TEAM, MemoryStore()), router_of(RULES, TEAM, MemoryStore())
    for leads in (one, other, one):
        learnt(pieces, *leads)
    first = {(each.lead, each.rep): each for each in (*reversed(other), *reversed(one))}
    learnt(whole, *first.values())
    for rep in ("ana", "bogdan"):
        for segment in ("", GERMAN, '{"country":"FR"}'):
            assert result(pieces, rep, segment) == result(whole, rep, segment)
        mine = [each for each in first.values() if each.rep == rep]
        assert result(pieces, rep) == (sum(e.won for e in mine), sum(not e.won for e in mine))

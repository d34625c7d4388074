"""Any single change of the log is found, and the row is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.auditing import Audit, audit, read_seal, seal_of
from routebook.runtime.audit.chains import Chains
from routebook.runtime.state import Head, LogRow, RepState
from routebook.runtime.stores.memory import MemoryStore
from support.after import happens
from support.routing import assigned, pool, reps, router_of

RULES = """
when score >= 50 assign pool smb by round_robin then queue triage
else load few then queue triage
"""
TEAM = pool("smb", "ana", "bogdan", "carla") + pool("few", "ana", "bogdan") + reps("ana", "bogdan", "carla")


def _log() -> tuple[list[LogRow], dict[str, Head]]:
    store = MemoryStore()
    router = router_of(RULES.replace("else load few", "else assign pool few by load"), TEAM, store)
    assigned(router, 6, "a", score=60)
    assigned(router, 5, "b", score=10)
    for lead, kind in (("a0", "touch"), ("b1", "contacted"), ("a0", "converted"), ("a2", "junk")):
        happens(router, lead, kind)
    with store.snapshot() as snapshot:
        return list(snapshot.log()), dict(snapshot.heads())


ROWS, HEADS = _log()
PLACES = st.integers(0, len(ROWS) - 1)


def found(rows: list[LogRow]) -> list[int | str | None]:
    """The rows, or chains, that something is wrong with."""
    chains = Chains()
    wrong = [difference for row in rows for difference in chains.follow(row)]
    return [each.row or each.chain for each in (*wrong, *chains.end(HEADS))]


def test_the_log_as_it_is() -> None:
    assert found(ROWS) == []


COLUMNS: Final = ("chain", "n", "hash", "kind", "lead", "round", "outcome", "rep", "pool", "body")


@given(PLACES, st.sampled_from(COLUMNS), st.data())
def test_a_changed_row(place: int, column: str, data: st.DataObject) -> None:
    value = getattr(ROWS[place], column)
    if column == "body":
        at = data.draw(st.integers(0, len(value) - 1))
        other = (
            value[:at]
            + data.draw(st.characters(codec="utf-8").filter(lambda c: c != value[at]))
            + value[at + 1 :]
        )
    elif isinstance(value, int):
        other = data.draw(st.integers(-3, 40).filter(lambda number: number != value))
    else:
        other = data.draw(
            st.sampled_from(["rest", "pool smb", "", "ana", "L"]).filter(lambda word: word != value)
        )
    changed = [*ROWS]
    changed[place] = replace(ROWS[place], **{column: other})
    assert found(changed)
    if column not in ("chain", "n"):
        assert ROWS[place].seq in found(changed)


@given(st.sets(PLACES, min_size=1))
def test_rows_taken_out(places: set[int]) -> None:
    assert found([row for place, row in enumerate(ROWS) if place not in places])


@given(PLACES, PLACES)
def test_rows_swapped(one: int, other: int) -> None:
    rows = [*ROWS]
    numbers = rows[one].seq, rows[other].seq
    rows[one], rows[other] = replace(rows[other], seq=numbers[0]), replace(rows[one], seq=numbers[1])
    assert bool(found(rows)) == (one != other)


@given(st.integers(1, len(ROWS)))
def test_the_end_cut_off(count: int) -> None:
    assert found(ROWS[:-count])


@given(PLACES)
def test_a_row_put_in_again(place: int) -> None:
    assert found([*ROWS, replace(ROWS[place], seq=len(ROWS) + 1)])


def test_a_log_written_anew_to_its_end_is_found_by_the_seal() -> None:
    sealed = Audit("memory:", rows=len(ROWS), heads=HEADS)
    seal = read_seal(seal_of(sealed))
    chains = Chains(seal)
    assert not [wrong for row in ROWS for wrong in chains.follow(row)]
    assert not list(chains.end(HEADS))
    last = ROWS[-1]
    shorter = Chains(seal)
    for row in ROWS[:-1]:
        list(shorter.follow(row))
    assert [each.chain for each in shorter.end(shorter.heads)] == [last.chain]
    other = replace(last, hash="0" * 64)
    assert "seal" in {each.kind for row in (*ROWS[:-1], other) for each in Chains(seal).follow(row)}


def _spoil_rotation(store: MemoryStore) -> None:
    store._rotations["pool smb"] = replace(store._rotations["pool smb"], step=99)


def _spoil_rep(store: MemoryStore) -> None:
    store._reps["ana"] = RepState(0, 1)


def _spoil_lead(store: MemoryStore) -> None:
    del store._leads["L1"]


def _spoil_text(store: MemoryStore) -> None:
    store._texts = {
        digest: replace(text, text=text.text.replace("score >= 50", "score >= 40"))
        for digest, text in store._texts.items()
    }


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_spoil_rotation, "the rotations of `pool smb` are not what the log adds up to"),
        (_spoil_rep, "the reps of `ana` are not what the log adds up to"),
        (_spoil_lead, "the leads of `L1` are not there, and the log says that they are"),
        (_spoil_text, "has lost files of the policy"),
    ],
)
def test_what_is_kept_beside_the_log(spoil: Callable[[MemoryStore], None], words: str) -> None:
    store = MemoryStore()
    assigned(
        router_of(RULES.replace("else load few", "else assign pool few by load"), TEAM, store), 4, score=60
    )
    assert audit(store).is_well
    spoil(store)
    assert words in " ".join(each.message for each in audit(store).differences)


def test_a_row_rewritten_with_all_its_hashes_is_found_by_replay() -> None:
    """Only replay can tell: the chain is whole."""
    from routebook.runtime.log import sealed
    from routebook.runtime.state import NO_ROWS

    store = MemoryStore()
    assigned(
        router_of(RULES.replace("else load few", "else assign pool few by load"), TEAM, store), 4, score=60
    )
    heads: dict[str, Head] = {}
    for place, row in enumerate(store._rows):
        body, rep = row.body, row.rep
        if place == 1:
            body, rep = body.replace('"rep":"bogdan"', '"rep":"carla"'), "carla"
            assert body != row.body
        head = heads.get(row.chain, NO_ROWS)
        store._rows[place] = replace(row, body=body, rep=rep, hash=sealed(head, body))
        heads[row.chain] = Head(row.n, store._rows[place].hash)
    store._heads.update(heads)
    told = audit(store).differences
    assert {each.kind for each in told} <= {"replay", "state"}
    assert told[0].row == 2
    assert told[0].recorded is not None
    assert told[0].recorded["assignment"]["rep"] == "carla"

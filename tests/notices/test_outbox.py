"""What every store's outbox promises."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from threading import Thread

import pytest

from routebook.runtime.notices.outbox import Notice, Posted, Receipt, State
from routebook.runtime.state import Changes, LogRow
from routebook.runtime.stores import Store
from support.routing import NOON

MINUTE = timedelta(minutes=1)


def _notice(number: int, destination: str = "hook", key: str = "") -> Notice:
    body = '{"é": "\\u2028 💡"}'
    return Notice(key or f"k{number}", destination, number, "assigned", f"L{number}", "rep ana", body, NOON)


def _write(store: Store, *notices: Notice) -> None:
    seq = len(list(store.log())) + 1
    row = LogRow(seq, "x", seq, "h", "assignment", f"L{seq}", 1, NOON, "assigned", "ana", None, "{}")
    with store.session() as session:
        session.write(Changes(rows=[row], notices=list(notices)))


def _claim(store: Store, holder: str = "me", limit: int = 10, minutes: float = 0) -> list[str]:
    now = NOON + minutes * MINUTE
    return [each.notice.key for each in store.outbox.claim(["hook"], now, now + 2 * MINUTE, holder, limit)]


def test_everything_comes_back(store: Store) -> None:
    notices = [_notice(1), _notice(1, "file"), _notice(2)]
    _write(store, *notices)
    posted = store.outbox.posted()
    assert [each.notice for each in posted] == [notices[1], notices[0], notices[2]]
    assert {(each.state, each.attempts, each.error) for each in posted} == {(State.WAITING, 0, None)}
    assert store.outbox.waiting() == {"hook": 2, "file": 1}
    assert store.outbox.posted(State.DEAD) == []


def test_a_claim_is_somebodys_alone_until_its_time_is_up(store: Store) -> None:
    _write(store, *(_notice(number) for number in range(1, 4)), _notice(9, "file"))
    assert _claim(store, limit=2) == ["k1", "k2"]
    assert _claim(store, "you") == ["k3"]
    assert _claim(store, "you") == []
    assert _claim(store, "you", minutes=1) == []
    assert sorted(_claim(store, "you", minutes=2)) == ["k1", "k2", "k3"]
    assert {each.attempts for each in store.outbox.posted() if each.notice.destination == "hook"} == {2}


@pytest.mark.parametrize("state", State)
def test_settled_is_settled(store: Store, state: State) -> None:
    _write(store, _notice(1), _notice(2))
    _claim(store, limit=1)
    receipt = Receipt(state, NOON + 5 * MINUTE, None if state is State.DELIVERED else "no")
    assert store.outbox.settle(_notice(1), "me", receipt)
    assert not store.outbox.settle(_notice(1), "me", receipt)
    assert store.outbox.posted()[0] == Posted(_notice(1), state, 1, NOON + 5 * MINUTE, receipt.error)
    assert _claim(store) == ["k2"]
    assert _claim(store, minutes=10) == (["k2", "k1"] if state is State.WAITING else ["k2"])


def test_who_is_late_settles_nothing(store: Store) -> None:
    _write(store, _notice(1))
    _claim(store, "slow")
    _claim(store, "quick", minutes=3)
    assert not store.outbox.settle(_notice(1), "slow", Receipt(State.DEAD, NOON, "no"))
    assert store.outbox.settle(_notice(1), "quick", Receipt(State.DELIVERED, NOON))
    assert store.outbox.posted()[0].state is State.DELIVERED


def test_the_dead_can_be_tried_again(store: Store) -> None:
    _write(store, _notice(1), _notice(2), _notice(3))
    _claim(store)
    for number, state in ((1, State.DEAD), (2, State.DEAD), (3, State.DELIVERED)):
        store.outbox.settle(_notice(number), "me", Receipt(state, NOON))
    assert store.outbox.retry(["k1", "k3", "k7"], NOON) == 1
    assert _claim(store) == ["k1"]
    assert store.outbox.retry(None, NOON) == 1
    assert store.outbox.retry(None, NOON) == 0
    assert _claim(store) == ["k2"]
    assert store.outbox.posted()[1].attempts == 1


def test_what_was_never_tried_goes_before_what_failed(store: Store) -> None:
    _write(store, _notice(1))
    _claim(store)
    store.outbox.settle(_notice(1), "me", Receipt(State.WAITING, NOON, "no"))
    _write(store, _notice(2))
    assert _claim(store) == ["k2", "k1"]


def test_a_session_that_fails_posts_nothing(store: Store) -> None:
    def fail() -> None:
        with store.session() as session:
            session.write(Changes(notices=[_notice(1)]))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.outbox.posted() == []


def test_many_claim_at_once_and_each_notice_is_claimed_once(store: Store) -> None:
    _write(store, *(_notice(number) for number in range(1, 121)))
    got: list[str] = []

    def run(name: str) -> None:
        while claimed := _claim(store, name, limit=7):
            got.extend(claimed)

    threads = [Thread(target=run, args=(f"t{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # where rows are skipped while others claim them, somebody may come away empty: the last pass takes the rest
    run("last")
    assert Counter(got) == {f"k{number}": 1 for number in range(1, 121)}

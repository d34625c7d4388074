"""Notices on their way: signed, tried again, given up, never twice; a server answers as it likes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.diagnostics import RoutebookError
from routebook.runtime.errors import StoreUnavailable
from routebook.runtime.notices.delivering import TOGETHER, Delivered, Deliverer, Way, backoff, ways_of
from routebook.runtime.notices.outbox import Notice, Receipt, State
from routebook.runtime.notices.sending import Lines, NotDelivered, Webhook, signature
from routebook.runtime.router import Router
from routebook.runtime.stores import Store, open_store
from routebook.settings import Destination, Settings
from support.cli import PROGRAM
from support.hooks import SECRET, Hook, hook
from support.routing import NOON, lead, pool, reps, router_of
from support.stores import postgres

TEAM = pool("smb", "ana", "bogdan") + reps("ana", "bogdan")
TOLD = Settings(notify={"hook": Destination(url="https://x.y/z", secret="SECRET")})


@pytest.fixture
def web() -> Iterator[Hook]:
    with hook() as found:
        yield found


def told(store: Store | str, count: int, settings: Settings = TOLD) -> Router:
    """A router with this many leads, and a notice for each."""
    router = router_of("else round_robin smb", TEAM, store, settings=settings)
    list(router.route_many((lead(router.tree, f"L{n}") for n in range(count)), now=NOON))
    return router


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def deliverer(store: Store, web: Hook, clock: Clock | None = None, attempts: int = 3) -> Deliverer:
    way = Way(Webhook(web.url, SECRET, timedelta(seconds=2)), timedelta(seconds=2), attempts)
    return Deliverer(
        store.outbox, {"hook": way}, clock=clock or Clock(), chance=lambda: 1.0, pause=lambda s: None
    )


def states(done: list[Delivered]) -> Counter[str]:
    return Counter(each.state.value for each in done)


def test_each_notice_is_delivered_once(store: Store, web: Hook) -> None:
    told(store, 25)
    done = list(deliverer(store, web).deliver())
    assert states(done) == {"delivered": 25}
    assert sorted(web.keys) == sorted(each.key for each in done)
    assert len(set(web.keys)) == 25
    assert {each["kind"] for each in web.received} == {"assigned"}
    assert list(deliverer(store, web).deliver()) == []
    assert len(web.received) == 25


def test_what_fails_is_tried_again_later_and_later_then_given_up(store: Store, web: Hook) -> None:
    told(store, 1)
    clock, web.status = Clock(), 500
    (first,) = deliverer(store, web, clock).deliver()
    assert (first.state, first.attempts, first.error) == (State.WAITING, 1, "it answered 500")
    assert first.due == NOON + timedelta(seconds=5)
    assert list(deliverer(store, web, clock).deliver()) == []
    clock.now += timedelta(seconds=5)
    (second,) = deliverer(store, web, clock).deliver()
    assert second.due == clock.now + timedelta(seconds=10)
    clock.now += timedelta(seconds=10)
    (third,) = deliverer(store, web, clock).deliver()
    assert (third.state, third.attempts, third.due) == (State.DEAD, 3, None)
    clock.now += timedelta(days=9)
    assert list(deliverer(store, web, clock).deliver()) == []
    web.status = 204
    assert store.outbox.retry([third.key], clock.now) == 1
    (last,) = deliverer(store, web, clock).deliver()
    assert (last.state, last.attempts) == (State.DELIVERED, 1)
    assert set(web.keys) == {last.key}


def test_who_was_killed_leaves_it_to_the_next_with_the_same_key(store: Store, web: Hook) -> None:
    told(store, 3)
    clock = Clock()
    store.outbox.claim(["hook"], NOON, NOON + timedelta(seconds=90), "gone", 2)
    assert states(list(deliverer(store, web, clock).deliver())) == {"delivered": 1}
    clock.now += timedelta(seconds=90)
    assert states(list(deliverer(store, web, clock).deliver())) == {"delivered": 2}
    assert len(set(web.keys)) == len(web.keys) == 3


@pytest.mark.parametrize("status", [201, 202, 204, 299])
def test_every_answer_in_the_two_hundreds_is_delivery(web: Hook, status: int) -> None:
    web.status = status
    router = told("memory:", 1)
    assert states(list(deliverer(router.store, web).deliver())) == {"delivered": 1}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(web: Hook, status: int) -> None:
    web.status, web.headers = status, {"Location": web.url}
    router = told("memory:", 1)
    (done,) = deliverer(router.store, web).deliver()
    assert done.error == f"it answered {status}, and redirects are not followed"
    assert len(web.received) == 1


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 12:05:00 GMT", 300),
        ("1", 5),
        ("soon", 5),
        ("-3", 5),
        ("9" * 30, 86_400),
    ],
)
def test_a_server_may_ask_to_be_left_alone(web: Hook, asked: str, seconds: int) -> None:
    web.status, web.headers = 429, {"Retry-After": asked}
    router = told("memory:", 1)
    (done,) = deliverer(router.store, web).deliver()
    assert done.due == NOON + timedelta(seconds=seconds)


def test_a_server_that_is_not_there_is_left_alone_after_a_while() -> None:
    router = told("memory:", 60)
    done = list(deliverer(router.store, Hook("http://127.0.0.1:9/")).deliver())
    assert states(done) == {"waiting": 8}
    assert "it cannot be reached: connection refused" in {each.error for each in done}


def test_a_server_that_does_not_answer_is_not_waited_for(web: Hook) -> None:
    router = told("memory:", 1)
    web.answers = lambda: time.sleep(0.6)
    way = Way(Webhook(web.url, SECRET, timedelta(seconds=0.2)), timedelta(seconds=1), 3)
    (done,) = Deliverer(router.store.outbox, {"hook": way}, clock=Clock()).deliver()
    assert (done.state, done.error) == (State.WAITING, "it does not answer: timed out")


def test_one_destination_does_not_wait_for_the_other(web: Hook, tmp_path: Path) -> None:
    both = Settings(notify={**TOLD.notify, "file": Destination(file="told.jsonl")})
    router = told("memory:", 20, both)
    ways = {
        "hook": Way(Webhook("http://127.0.0.1:9/", SECRET, timedelta(seconds=1)), timedelta(seconds=1), 3),
        "file": Way(Lines(tmp_path / "told.jsonl"), timedelta(seconds=1), 3),
    }
    done = list(Deliverer(router.store.outbox, ways, clock=Clock()).deliver())
    assert Counter(each.destination for each in done if each.state is State.DELIVERED) == {"file": 20}
    lines = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text().splitlines()]
    assert {each["lead"]["id"] for each in lines} == {f"L{n}" for n in range(20)}


def test_a_line_that_was_cut_short_spoils_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    path.write_text('{"key": "cut sh')
    Lines(path).send(Notice("k", "file", 1, "assigned", "L1", "rep ana", "{}", NOON), NOON)
    assert path.read_text() == '{"key": "cut sh\n{}\n'


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotDelivered, match="the file cannot be written: is a directory"):
        Lines(tmp_path).send(Notice("k", "file", 1, "assigned", "L1", "rep ana", "{}", NOON), NOON)


def test_it_stops_when_told_and_what_is_under_way_is_written_down(web: Hook) -> None:
    router = told("memory:", 40)
    one = deliverer(router.store, web)
    web.answers = one.stopped.set
    done = list(one.deliver())
    assert states(done) == {"delivered": 8}
    assert router.store.outbox.waiting() == {"hook": 32}


def test_a_store_that_is_gone_for_a_moment_is_told_in_the_end(
    web: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = told("memory:", 1)
    settle, failures = router.store.outbox.settle, iter([True, True])

    def sometimes(notice: Notice, holder: str, receipt: Receipt) -> bool:
        if next(failures, False):
            raise StoreUnavailable("gone")
        return settle(notice, holder, receipt)

    monkeypatch.setattr(router.store.outbox, "settle", sometimes)
    assert states(list(deliverer(router.store, web).deliver())) == {"delivered": 1}
    assert len(web.received) == 1


@given(st.integers(1, 200), st.floats(0, 1))
def test_waits_grow_and_stay_in_bounds(attempts: int, chance: float) -> None:
    wait = backoff(attempts, chance)
    assert timedelta(seconds=2.5) <= wait <= timedelta(hours=6)
    assert backoff(attempts + 1, chance) >= wait
    assert backoff(attempts, 0) * 2 == backoff(attempts, 1)


def test_signatures_are_those_of_standard_webhooks() -> None:
    # the example of the specification
    body = b'{"test": 2432232314}'
    got = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body
    )
    assert got == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "the environment variable `SECRET`, which holds the secret of `notify.hook`, is not set"),
        ({"SECRET": ""}, "is not set"),
        ({"SECRET": "whsec_not base64"}, "begins with whsec_ and does not go on in base64"),
    ],
)
def test_a_secret_has_to_be_there(environ: dict[str, str], words: str) -> None:
    with pytest.raises(RoutebookError, match=words):
        ways_of(TOLD, environ)


# --- processes -------------------------------------------------------------------------------------------

PROJECT = '[notify.hook]\nurl = "{url}"\nsecret = "HOOK_SECRET"\n'


def _start(folder: Path, address: str, *more: str) -> subprocess.Popen[str]:
    words = [*PROGRAM, "deliver", "--store", address, "--format", "json", *more]
    environ = {**os.environ, "HOOK_SECRET": SECRET}
    return subprocess.Popen(
        words, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_processes_share_the_work_and_nothing_goes_twice(scheme: str, tmp_path: Path, web: Hook) -> None:
    address = f"sqlite:///{tmp_path / 's.db'}" if scheme == "sqlite" else postgres(tmp_path)
    told(address, 300).store.close()
    (tmp_path / "routebook.toml").write_text(PROJECT.format(url=web.url))
    workers = [_start(tmp_path, address) for _ in range(3)]
    said = [
        json.loads(line) for worker in workers for line in worker.communicate(timeout=120)[0].splitlines()
    ]
    assert [each["error"] for each in said if each["error"] is not None] == []
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert Counter(web.keys) == Counter(each["key"] for each in said)
    assert len(set(web.keys)) == len(web.keys) == 300


@pytest.mark.slow
def test_killed_between_sending_and_writing_down(tmp_path: Path, web: Hook) -> None:
    address = f"sqlite:///{tmp_path / 's.db'}"
    told(address, 40).store.close()
    (tmp_path / "routebook.toml").write_text(PROJECT.format(url=web.url))
    workers: list[subprocess.Popen[str]] = []
    web.answers = lambda: len(web.received) >= 12 and workers[0].kill()
    workers.append(_start(tmp_path, address))
    workers[0].communicate(timeout=120)
    assert workers[0].returncode == -signal.SIGKILL
    web.answers = lambda: None
    store, clock = open_store(address), Clock()
    # read off the store: what the killed process had sent may reach the receiver's threads after its end
    left = store.outbox.posted(State.WAITING)
    under_way = {each.notice.key for each in left if each.attempts}
    assert 0 < len(under_way) <= TOGETHER
    clock.now = datetime.now(UTC) + timedelta(minutes=10)
    done = list(deliverer(store, web, clock).deliver())
    # everything came, under its key; only what was under way came twice
    assert Counter(each.key for each in done) == Counter(each.notice.key for each in left)
    assert len(set(web.keys)) == 40
    assert 40 <= len(web.keys) <= 40 + TOGETHER
    assert {key for key, times in Counter(web.keys).items() if times > 1} <= under_way
    assert store.outbox.waiting() == {}
    store.close()


@pytest.mark.slow
def test_watching_ends_when_it_is_told(tmp_path: Path, web: Hook) -> None:
    address = f"sqlite:///{tmp_path / 's.db'}"
    told(address, 3).store.close()
    (tmp_path / "routebook.toml").write_text(PROJECT.format(url=web.url))
    worker = _start(tmp_path, address, "--watch", "200ms")
    until = time.monotonic() + 60
    while len(web.received) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    again = router_of("else round_robin smb", TEAM, address, settings=TOLD)
    again.route(lead(again.tree, "late"), NOON)
    again.store.close()
    while len(web.received) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    worker.terminate()
    out, err = worker.communicate(timeout=60)
    assert (worker.returncode, err) == (0, "")
    assert [json.loads(line)["lead"] for line in out.splitlines()][-1] == "late"

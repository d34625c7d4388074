"""Processes killed at random moments, by the signal that nobody can catch: what was acknowledged stands, once."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routebook.runtime.notices.delivering import Deliverer, ways_of
from routebook.runtime.notices.outbox import State
from routebook.runtime.stores import open_store
from support.books import Books, told_in, untold
from support.crowds import Crowd
from support.faulty import Job, settings_in
from support.servers import quiet
from support.stores import URLS

KILLS = 26
PAUSES = (0.01, 0.25)  # seconds between one and the next
DURABLE = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=DURABLE)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Callable[[], None]]:
    """A store's URL, and how to wait until nobody is at work in it."""
    url = URLS[request.param](tmp_path)
    return url, lambda: quiet(url) if request.param == "postgresql" else None


@pytest.mark.slow
def test_killed_while_routing(place: tuple[str, Callable[[], None]], tmp_path: Path) -> None:
    """Four processes, two of them with the same leads, in batches and one by one."""
    url, ended = place
    jobs = [
        Job("route", url, str(tmp_path), name, batch=batch)
        for name, batch in (("A", 1), ("A", 7), ("B", 1), ("B", 60))
    ]
    crowd = Crowd(jobs, random.Random(11))
    crowd.run(KILLS, PAUSES)
    said = crowd.end()
    ended()
    store = open_store(url)
    books = Books(store)
    assert books.go_through(said).all() == []
    assert books.replay().all() == []
    assert len(said.routed) > 100
    assert not said.unavailable
    store.close()


@pytest.mark.slow
def test_killed_while_looking_after_leads(place: tuple[str, Callable[[], None]], tmp_path: Path) -> None:
    """Events, sweeps and deliveries, beside routing: each is recorded whole or not at all, and told at least once."""
    url, ended = place
    jobs = [
        Job("mind", url, str(tmp_path), "x"),
        Job("mind", url, str(tmp_path), "y"),
        Job("route", url, str(tmp_path), "A", batch=9),
        Job("sweep", url, str(tmp_path), "sweep", first=4),
        Job("deliver", url, str(tmp_path), "deliver"),
    ]
    crowd = Crowd(jobs, random.Random(12))
    crowd.run(KILLS, PAUSES)
    said = crowd.end()
    ended()
    store = open_store(url)
    books = Books(store)
    assert books.go_through(said).all() == []
    assert books.replay().all() == []
    assert said.recorded
    assert said.swept
    assert said.delivered
    # what somebody was killed over is delivered by whoever comes when the claim has run out
    later = datetime.now(UTC) + timedelta(hours=1)
    deliverer = Deliverer(store.outbox, ways_of(settings_in(tmp_path), {}), clock=lambda: later)
    list(deliverer.deliver())
    assert untold(store, tmp_path, said) == []
    posted = store.outbox.posted()
    assert {each.state for each in posted} == {State.DELIVERED}
    assert set(told_in(tmp_path)) == {each.notice.key for each in posted}
    store.close()

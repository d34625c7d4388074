"""The database stopped and started while processes route: an error and a wait for that lead, and never an answer
that nobody recorded.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from routebook.runtime.errors import StoreUnavailable
from routebook.runtime.stores import open_store
from support.books import Books
from support.cli import run
from support.crowds import Crowd
from support.faulty import Job, router_on
from support.routing import NOON, lead
from support.servers import Server, quiet

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


def test_stopped_and_started_under_load(server: Server, tmp_path: Path) -> None:
    url, dice = server.database(), random.Random(13)
    jobs = [
        Job("route", url, str(tmp_path), name, batch=batch) for name, batch in (("A", 1), ("A", 30), ("B", 8))
    ]
    crowd = Crowd([*jobs, Job("mind", url, str(tmp_path), "x")], dice)
    crowd.wait_until_ready()
    for mode, down in (("immediate", 0.1), ("fast", 0.1), ("immediate", 3.0)):
        crowd.listen(dice.uniform(0.3, 1))
        server.stop(mode)  # type: ignore[arg-type]
        crowd.listen(down)
        server.start()
    before = len(crowd.said.routed)
    crowd.listen(2)
    said = crowd.end()
    assert len(said.routed) > before, "they go on by themselves"
    assert said.unavailable, "three seconds are longer than the runtime waits by itself"
    quiet(url)
    store = open_store(url)
    books = Books(store)
    assert books.go_through(said).all() == []
    assert books.replay().all() == []
    store.close()


def test_a_database_that_stays_away(server: Server) -> None:
    """Tried again later and later, then an error in words; and once it is back, the next lead goes on from there."""
    url = server.database()
    store = open_store(url)
    router = router_on(store)
    first = router.route(lead(router.tree, "A1", score=20), NOON)
    server.stop("immediate")
    try:
        for _ in range(2):
            with pytest.raises(StoreUnavailable) as raised:
                router.route(lead(router.tree, "A2", score=20), NOON)
            assert "\n" not in str(raised.value)
            assert "cannot be reached: " in str(raised.value)
            assert "pipeline" not in str(raised.value).lower()
        for line in (f"event A1 touch --store {url}", f"sweep --store {url}", f"audit --store {url}"):
            result = run(line)
            assert (result.exit_code, result.stdout) == (2, "")
            assert result.stderr.startswith("error: the store postgresql+psycopg://postgres:***@")
            assert "cannot be reached: " in result.stderr
    finally:
        server.start()
    assert (first.rep, router.route(lead(router.tree, "A2", score=20), NOON).rep) == ("ana", "bogdan")
    assert router.route(lead(router.tree, "A1", score=20), NOON).again
    store.close()

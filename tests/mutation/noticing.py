"""A plugin of pytest: which tests run which lines of the analyser, and the run of chosen ones alone.

Told by the environment, because each mutant has a process of its own. `MUTATION_LISTEN` names a file to which goes,
for each test that passes, how long it takes and which lines it runs. `MUTATION_CHOSEN` names a file of tests to run,
in this order, each with a limit: what takes much longer than it did has been made to run on without end.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

ROOM = "src/routebook/analysis"

AT_LEAST = 5.0
"""Seconds of processor time that any test may take."""

TIMES = 10
"""How many times as long as it did a test may take."""


class Listening:
    """Writes down which test runs which lines."""

    def __init__(self, root: Path, target: Path) -> None:
        import coverage

        self.root, self.target = root, target
        self.seconds: dict[str, float] = {}
        self.coverage = coverage.Coverage(data_file=None, config_file=False, source=[str(root / ROOM)])
        self.coverage.start()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        _forget()
        self.coverage.switch_context(item.nodeid)
        began = time.process_time()
        yield
        self.seconds[item.nodeid] = time.process_time() - began
        self.coverage.switch_context("")

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        lines: dict[str, dict[int, list[str]]] = {}
        for path in data.measured_files():
            by_line = data.contexts_by_lineno(path)
            name = str(Path(path).relative_to(self.root))
            lines[name] = {line: [test for test in tests if test] for line, tests in by_line.items()}
        self.target.write_text(json.dumps({"seconds": self.seconds, "lines": lines}), encoding="utf-8")


def _forget() -> None:
    """Empty what the analyser remembers, so that no test profits from another without being seen to run them."""
    for name, module in list(sys.modules.items()):
        if name.startswith("routebook.analysis"):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


class Chosen:
    """Runs the tests that are asked for, in the order in which they are asked for."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        order = {name: position for position, name in enumerate(self.seconds)}
        items[:] = sorted(
            (item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid]
        )

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        limit = max(AT_LEAST, TIMES * self.seconds[item.nodeid])
        # again each second: what catches the first may go on as long
        signal.setitimer(signal.ITIMER_VIRTUAL, limit, 1.0)
        yield
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _too_long(*_: Any) -> NoReturn:
    pytest.fail("takes too long", pytrace=False)


def pytest_configure(config: pytest.Config) -> None:
    if listen := os.environ.get("MUTATION_LISTEN"):
        config.pluginmanager.register(Listening(config.rootpath, Path(listen)))
    if chosen := os.environ.get("MUTATION_CHOSEN"):
        signal.signal(signal.SIGVTALRM, _too_long)
        config.pluginmanager.register(Chosen(json.loads(Path(chosen).read_text(encoding="utf-8"))))

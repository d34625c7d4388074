"""What every test may use: the Hypothesis profiles and the golden-file fixture."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

# Continuous integration runs the same examples every time, so that a red run is about the change at hand;
# a developer's run explores. `--hypothesis-profile` chooses by name.
settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("dev", max_examples=100, deadline=timedelta(seconds=2), print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the golden files with what the code renders now",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare text with a golden file, or rewrite the file under `--update-golden`."""
    update: bool = request.config.getoption("--update-golden")
    root = request.config.rootpath

    def compare(path: Path, text: str) -> None:
        __tracebackhide__ = True
        actual = text.encode()
        expected = path.read_bytes() if path.exists() else None
        if actual == expected:
            return
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual)
            return
        name = path.relative_to(root) if path.is_relative_to(root) else path
        if expected is None:
            pytest.fail(f"{name} is missing: run pytest --update-golden to write it", pytrace=False)
        diff = difflib.unified_diff(
            expected.decode(errors="backslashreplace").splitlines(keepends=True),
            text.splitlines(keepends=True),
            fromfile=f"{name} (golden)",
            tofile=f"{name} (now)",
        )
        shown = "".join(
            line if line.endswith("\n") else f"{line}\n\\ no newline at end of file\n" for line in diff
        )
        pytest.fail(f"{name} differs; if that is meant, run pytest --update-golden\n{shown}", pytrace=False)

    return compare

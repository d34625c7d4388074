"""Programs that use the public interface are clean under mypy --strict, without any help."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from mypy import api as mypy

SAMPLE = Path(__file__).with_name("typed_sample.py")
WRONG = """\
import routebook
policy = routebook.load(5)
routebook.render(policy)
policy.decide("lead")
"""


def check(path: Path, cache: Path) -> tuple[str, int]:
    options = ["--strict", "--no-error-summary", "--config-file=", f"--python-executable={sys.executable}"]
    # --config-file= with nothing: whatever this project's own settings are, the users' are others
    out, err, code = mypy.run([*options, f"--cache-dir={cache}", str(path)])
    return out + err, code


@pytest.mark.slow
def test_the_sample_is_typed(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    cache = tmp_path_factory.getbasetemp() / "mypy"
    assert check(SAMPLE, cache) == ("", 0)
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG)
    out, code = check(wrong, cache)
    assert code == 1
    assert [int(line.split(":")[1]) for line in out.splitlines() if ": error:" in line] == [2, 3, 4]

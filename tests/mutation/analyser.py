"""Does a mistake in the analyser make a test fail? Mistakes are planted, one at a time, and the tests are run.

    python tests/mutation/analyser.py [--sample N] [--seed S] [--workers W] [--only FILE] [--record FILE [--new]]

N places are drawn evenly from the files of `analysis/`, and one mutant is tried in each (`mutants.py`). It meets the
tests that come to its place, the quickest first, until one fails (`noticing.py`). Each worker has its own copy of the
project, so that the tree at hand is never touched.

With `--record` what came of each is kept: the next run with the same record takes over what was noticed,
as long as the mutated file is the same, and tries only the survivors and what is new; with `--new` only what is new.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome
from mutants import ROOM, key, running_lines, sample

ROOT = Path(__file__).resolve().parents[2]

TESTS = (
    "tests/analysis",
    "tests/lint",
    "tests/cli/test_diff.py",
    "tests/cli/test_whynot.py",
    "tests/cli/test_transcripts.py",
    "tests/api/test_proved.py",
    "tests/render/test_coverage.py",
    "tests/render/test_diffs.py",
    "tests/render/test_findings_machine.py",
    "tests/render/test_whynots.py",
)
"""The tests of proofs, and of what is shown of them."""

ROUNDS = 40
"""How many policies each law draws."""

MEMORY = 4_000_000
"""Kilobytes that the tests of a mutant may use."""

TIMEOUT = 1800.0
"""Seconds on the clock for the tests of a mutant: for what waits without working."""


@dataclass(frozen=True)
class Tried:
    """One mutant: which one, in which file, what it changed, how many tests came there, whether one failed."""

    key: str
    file: str
    diff: str
    tests: int
    killed: bool


class Record:
    """What came of mutants, a line of JSON for each; nothing is kept without a file."""

    def __init__(self, path: Path | None, survivors: bool) -> None:
        """What is known from before, that of `survivors` only where it is to be taken over."""
        self.path = path
        self.known: dict[str, Tried] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                tried = Tried(**json.loads(line))
                if tried.killed or survivors:
                    self.known[tried.key] = tried

    def add(self, tried: Tried) -> None:
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(tried)) + "\n")


@dataclass(frozen=True)
class Tests:
    """What each test takes, in seconds, and which tests come to which line of which file."""

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[str]]]

    def of(self, mutant: MutationSpec) -> dict[str, float]:
        """The tests that a mutant has to meet, the quickest first; those as quick in the order of their files."""
        lines = running_lines(mutant)
        if not lines:
            found = set(self.seconds)
        else:
            known = self.lines.get(str(mutant.module_path), {})
            found = {test for line in lines for test in known.get(str(line), [])}
        ordered = sorted(found, key=lambda test: (round(math.log2(self.seconds[test] + 0.01)), test))
        return {test: self.seconds[test] for test in ordered}


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Plant mistakes in the analyser, and count those that tests find."
    )
    parser.add_argument("--sample", type=int, default=400, help="how many mutants to try (default: 400)")
    parser.add_argument("--seed", type=int, default=1, help="which ones: the same number, the same mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", help="only files whose path contains this")
    parser.add_argument("--record", type=Path, help="keep what came of each mutant here, and go on from it")
    parser.add_argument("--new", action="store_true", help="take over survivors from the record, too")
    options = parser.parse_args()
    record = Record(options.record and options.record.resolve(), options.new)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(options.workers)]
        os.chdir(copies[0])
        chosen = sample(options.only, options.sample, options.seed)
        known = [record.known[key(each)] for each in chosen if key(each) in record.known]
        fresh = [each for each in chosen if key(each) not in record.known]
        print(f"{len(chosen)} mutants, {len(known)} of them known", file=sys.stderr)
        tried = [*known, *_try_all(fresh, copies, record)] if fresh else known
    print(_table(sorted(tried, key=lambda each: each.file)))
    for each in tried:
        if not each.killed:
            print(f"\n{each.tests} tests come here\n{each.diff}")


def _copy(target: Path) -> Path:
    """The project's files as they stand, without what is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


def _pytest(*tests: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "noticing", *tests]


def _environment(copy: Path) -> dict[str, str]:
    # the copy's own sources come before those that are installed
    path = f"{copy / 'src'}:{copy / 'tests' / 'mutation'}"
    settings = {"PYTHONPATH": path, "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**os.environ, **settings, "ROUTEBOOK_ROUNDS": str(ROUNDS)}


def _listen(copies: Sequence[Path]) -> Tests:
    """Which tests come where, a share of them in each copy; without a mutant every one passes, else nothing could be
    concluded.
    """
    files = sorted(
        str(path.relative_to(copies[0]))
        for test in TESTS
        for path in ([copies[0] / test] if test.endswith(".py") else (copies[0] / test).rglob("test_*.py"))
    )
    seconds: dict[str, float] = {}
    lines: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with ThreadPoolExecutor(len(copies)) as pool:
        shares = [files[number :: len(copies)] for number in range(len(copies))]
        for heard in pool.map(_heard, copies, shares):
            seconds.update(heard["seconds"])
            for path, by_line in heard["lines"].items():
                for line, tests in by_line.items():
                    lines[path][line] += tests
    return Tests(seconds, {path: dict(by_line) for path, by_line in lines.items()})


def _heard(copy: Path, files: Sequence[str]) -> Any:
    target = copy / "heard.json"
    settings = {**_environment(copy), "MUTATION_LISTEN": str(target)}
    done = subprocess.run(_pytest(*files), cwd=copy, env=settings, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the tests fail without any mutant:\n{done.stdout[-2000:]}{done.stderr[-500:]}")
    return json.loads(target.read_text(encoding="utf-8"))


def _try_all(chosen: Sequence[MutationSpec], copies: Sequence[Path], record: Record) -> Iterator[Tried]:
    """Each copy's mutants one after the other: a mutant is a change on disk."""
    tests = _listen(copies)
    shares = [chosen[number :: len(copies)] for number in range(len(copies))]
    with ProcessPoolExecutor(len(copies)) as pool:
        futures = [
            pool.submit(_try, copy, share, tests, record) for copy, share in zip(copies, shares, strict=True)
        ]
        for future in as_completed(futures):
            yield from future.result()


def _try(copy: Path, mutants: Sequence[MutationSpec], tests: Tests, record: Record) -> list[Tried]:
    os.chdir(copy)
    os.environ.update(_environment(copy))
    tried: list[Tried] = []
    for number, mutant in enumerate(mutants, 1):
        tried.append(_try_one(copy, mutant, tests.of(mutant)))
        record.add(tried[-1])
        alive = sum(not each.killed for each in tried)
        print(f"{copy.name}: {number} of {len(mutants)}, {alive} not noticed", file=sys.stderr, flush=True)
    return tried


def _try_one(copy: Path, mutant: MutationSpec, tests: dict[str, float]) -> Tried:
    name = key(mutant)
    chosen = copy / "chosen.json"
    chosen.write_text(json.dumps(tests), encoding="utf-8")
    files = sorted({test.split("::")[0] for test in tests})
    limits = f"ulimit -v {MEMORY}; export MUTATION_CHOSEN={chosen}"
    command = f"sh -c '{limits}; exec {shlex.join(_pytest(*files))}'" if tests else "true"
    result = mutate_and_test([mutant], command, TIMEOUT)
    if result.worker_outcome is not WorkerOutcome.NORMAL:
        raise RuntimeError(f"{mutant}: {result.output}")
    killed = result.test_outcome is not TestOutcome.SURVIVED
    return Tried(name, str(mutant.module_path.relative_to(ROOM)), result.diff or "", len(tests), killed)


def _table(tried: Sequence[Tried]) -> str:
    by_file: dict[str, list[bool]] = defaultdict(list)
    for each in tried:
        by_file[each.file].append(each.killed)
    lines = ["| file | mutants | noticed |", "| --- | ---: | ---: |"]
    lines += [f"| {file} | {len(found)} | {sum(found)} |" for file, found in by_file.items()]
    total, noticed = len(tried), sum(each.killed for each in tried)
    share = f"{1000 * noticed // total / 10:.1f} %" if total else "-"
    return "\n".join([*lines, f"| all | {total} | {noticed} ({share}) |"])


if __name__ == "__main__":
    main()

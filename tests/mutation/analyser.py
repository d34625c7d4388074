"""Does a mistake in the analyser make a test fail? Mistakes are planted, one at a time, and the tests are run.

    python tests/mutation/analyser.py [--sample N] [--seed S] [--workers W] [--only FILE] [--record FILE]

Cosmic Ray makes the mutants: another comparison, another operator of arithmetic or sets, `and` for `or`, a negated
condition, a number that is off by one, a loop that never runs. Of those, N places are drawn evenly from the files of
`analysis/`, and one mutant is tried in each. Type annotations and the options of decorators are left alone: nothing
of them runs. Each worker has its own copy of the project, so that the tree at hand is never touched.

A mutant first meets the laws over a few policies, which notice most of them in seconds; those that are left meet all
tests. With `--record` what came of each is kept: the next run with the same record takes over what was noticed,
as long as the mutated file is the same, and tries only the survivors and what is new.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome

ROOT = Path(__file__).resolve().parents[2]
ROOM = Path("src/routebook/analysis")


@dataclass(frozen=True)
class Stage:
    """Tests that may notice a mutant, with how many policies each law draws, and how long they may take.

    What takes more processor `seconds` has been made to run on without end.
    """

    tests: tuple[str, ...]
    rounds: int
    seconds: int


STAGES = (
    Stage(
        (
            "tests/analysis/test_against_brute_force.py",
            "tests/analysis/test_change.py",
            "tests/analysis/test_whynot.py",
            "tests/analysis/test_laws.py",
            "tests/analysis/test_prove.py",
        ),
        rounds=10,
        seconds=60,
    ),
    Stage(
        (
            "tests/analysis",
            "tests/lint",
            "tests/cli/test_diff.py",
            "tests/cli/test_whynot.py",
            "tests/api/test_proved.py",
        ),
        rounds=60,
        seconds=300,
    ),
)
"""The quickest to notice come first."""

MEMORY = 4_000_000
"""Kilobytes that the tests of a mutant may use."""

TIMEOUT = 1800.0
"""Seconds on the clock for one stage: for what waits without working."""


@dataclass(frozen=True)
class Tried:
    """One mutant: which one, in which file, what it changed, and whether a test failed."""

    key: str
    file: str
    diff: str
    killed: bool


class Record:
    """What came of mutants, a line of JSON for each; nothing is kept without a file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.noticed: dict[str, Tried] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                tried = Tried(**json.loads(line))
                if tried.killed:
                    self.noticed[tried.key] = tried

    def add(self, tried: Tried) -> None:
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(tried)) + "\n")


def _key(mutant: MutationSpec) -> str:
    """Names a mutant and the text that it is of."""
    text = hashlib.sha256((mutant.module_path).read_bytes()).hexdigest()[:16]
    return f"{mutant.module_path} {text} {mutant.operator_name} {mutant.occurrence} {mutant.operator_args}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Plant mistakes in the analyser, and count those that tests find."
    )
    parser.add_argument("--sample", type=int, default=400, help="how many mutants to try (default: 400)")
    parser.add_argument("--seed", type=int, default=1, help="which ones: the same number, the same mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", help="only files whose path contains this")
    parser.add_argument("--record", type=Path, help="keep what came of each mutant here, and go on from it")
    options = parser.parse_args()
    record = Record(options.record and options.record.resolve())
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(options.workers)]
        os.chdir(copies[0])
        chosen = _sample(_mutants(options.only), options.sample, options.seed)
        known = [record.noticed[_key(each)] for each in chosen if _key(each) in record.noticed]
        fresh = [each for each in chosen if _key(each) not in record.noticed]
        print(f"{len(chosen)} mutants, {len(known)} of them noticed before", file=sys.stderr)
        if fresh:
            _expect_green(copies[0])
        tried = [*known, *_try_all(fresh, copies, record)]
    print(_table(sorted(tried, key=lambda each: each.file)))
    for each in tried:
        if not each.killed:
            print(f"\n{each.diff}")


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


def _mutants(only: str | None) -> list[MutationSpec]:
    modules = sorted(path for path in ROOM.rglob("*.py") if only is None or only in str(path))
    with tempfile.TemporaryDirectory() as folder, use_db(f"{folder}/work.sqlite", WorkDB.Mode.create) as work:
        init(modules, work, {})
        found = [item.mutations[0] for item in work.work_items]
    silent = {path: list(_silent(ast.parse(path.read_text(encoding="utf-8")))) for path in modules}
    return [each for each in found if not _within(each.start_pos, silent[each.module_path])]


Place = tuple[int, int]


def _silent(module: ast.Module) -> Iterator[tuple[Place, Place]]:
    """The places of what never runs, or says nothing of what does: annotations and decorators."""
    for node in ast.walk(module):
        match node:
            case ast.AnnAssign():
                yield _place(node.annotation)
            case ast.arg(annotation=ast.expr() as annotation):
                yield _place(annotation)
            case ast.FunctionDef(returns=returns, decorator_list=decorators):
                yield from map(_place, decorators if returns is None else [*decorators, returns])
            case ast.ClassDef(decorator_list=decorators):
                yield from map(_place, decorators)
            case ast.Call(func=ast.Name(id="cast"), args=[first, *_]):
                yield _place(first)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                name[0].isupper() and name != name.upper()
            ):
                yield _place(value)  # a union of types under a name
            case _:
                pass


def _place(node: ast.expr) -> tuple[Place, Place]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def _within(place: Place, ranges: Iterable[tuple[Place, Place]]) -> bool:
    return any(start <= place <= end for start, end in ranges)


def _sample(mutants: Iterable[MutationSpec], count: int, seed: int) -> list[MutationSpec]:
    """One mutant a place; places drawn in turn from all files, so that each has its share.

    A larger sample begins with the smaller one, and what is drawn of a file does not rest on the others.
    """
    by_place: dict[tuple[str, Place], list[MutationSpec]] = defaultdict(list)
    for each in mutants:
        by_place[str(each.module_path), each.start_pos].append(each)
    by_file: dict[str, list[MutationSpec]] = defaultdict(list)
    draws = {file: random.Random(f"{seed} {file}") for file, _ in by_place}
    for (file, _), here in sorted(by_place.items()):
        ordered = sorted(here, key=lambda each: (each.operator_name, each.occurrence))
        by_file[file].append(draws[file].choice(ordered))
    ranked: list[tuple[float, str, int]] = []
    for file, mutants_of in by_file.items():
        draws[file].shuffle(mutants_of)
        # a file with three times the places has three times the mutants
        ranked += [
            ((position + draws[file].random()) / len(mutants_of), file, position)
            for position in range(len(mutants_of))
        ]
    return [by_file[file][position] for _, file, position in sorted(ranked)[:count]]


def _command(stage: Stage) -> str:
    """The tests of a stage, which end where they take too much."""
    limits = f"ulimit -t {stage.seconds}; ulimit -v {MEMORY}"
    pytest = f"{sys.executable} -m pytest -x -q -p no:cacheprovider -p no:xdist {' '.join(stage.tests)}"
    return f"sh -c '{limits}; export ROUTEBOOK_ROUNDS={stage.rounds}; exec {pytest}'"


def _expect_green(copy: Path) -> None:
    """Without a mutant every test passes, else nothing could be concluded."""
    for stage in STAGES:
        done = subprocess.run(
            shlex.split(_command(stage)), cwd=copy, env=_environment(copy), capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"the tests fail without any mutant:\n{done.stdout[-2000:]}{done.stderr[-500:]}")


def _environment(copy: Path) -> dict[str, str]:
    # the copy's own sources come before those that are installed
    return {**os.environ, "PYTHONPATH": str(copy / "src"), "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}


def _try_all(chosen: Sequence[MutationSpec], copies: Sequence[Path], record: Record) -> Iterator[Tried]:
    """Each copy's mutants one after the other: a mutant is a change on disk."""
    shares = [chosen[number :: len(copies)] for number in range(len(copies))]
    with ProcessPoolExecutor(len(copies)) as pool:
        futures = [pool.submit(_try, copy, share, record) for copy, share in zip(copies, shares, strict=True)]
        for future in as_completed(futures):
            yield from future.result()


def _try(copy: Path, mutants: Sequence[MutationSpec], record: Record) -> list[Tried]:
    os.chdir(copy)
    os.environ.update(_environment(copy))
    tried: list[Tried] = []
    for number, mutant in enumerate(mutants, 1):
        tried.append(_try_one(mutant))
        record.add(tried[-1])
        alive = sum(not each.killed for each in tried)
        print(f"{copy.name}: {number} of {len(mutants)}, {alive} not noticed", file=sys.stderr, flush=True)
    return tried


def _try_one(mutant: MutationSpec) -> Tried:
    key = _key(mutant)
    for stage in STAGES:
        result = mutate_and_test([mutant], _command(stage), TIMEOUT)
        if result.worker_outcome is not WorkerOutcome.NORMAL:
            raise RuntimeError(f"{mutant}: {result.output}")
        killed = result.test_outcome is not TestOutcome.SURVIVED
        if killed:
            break
    return Tried(key, str(mutant.module_path.relative_to(ROOM)), result.diff or "", killed)


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

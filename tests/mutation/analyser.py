"""Does a mistake in the analyser make a test fail? Mistakes are planted, one at a time, and the tests are run.

    python tests/mutation/analyser.py [--sample N] [--seed S] [--workers W] [--only FILE] [--survivors FILE]

Cosmic Ray makes the mutants: another comparison, another operator of arithmetic or sets, `and` for `or`, a negated
condition, a number that is off by one, a loop that never runs. Of those, N places are drawn evenly from the files of
`analysis/`, and one mutant is tried in each. Type annotations and the options of decorators are left alone: nothing
of them runs. Each worker has its own copy of the project, so that the tree at hand is never touched.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome

ROOT = Path(__file__).resolve().parents[2]
ROOM = Path("src/routebook/analysis")

TESTS = ("tests/analysis", "tests/lint")
"""The tests that may notice, the quickest to notice first; those that are not there are left out."""

TIMEOUT = 600.0
"""Seconds for all the tests on one mutant: what takes longer has been made to run on without end."""


@dataclass(frozen=True)
class Tried:
    """One mutant: where it is, what it changed, and whether a test failed."""

    file: str
    place: tuple[int, int]
    diff: str
    killed: bool


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Plant mistakes in the analyser, and count those that tests find."
    )
    parser.add_argument("--sample", type=int, default=400, help="how many mutants to try (default: 400)")
    parser.add_argument("--seed", type=int, default=1, help="which ones: the same number, the same mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", help="only files whose path contains this")
    parser.add_argument("--survivors", type=Path, help="write the mutants that no test noticed to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(options.workers)]
        os.chdir(copies[0])
        chosen = _sample(_mutants(options.only), options.sample, random.Random(options.seed))
        print(f"{len(chosen)} mutants", file=sys.stderr)
        _expect_green(copies[0])
        tried = sorted(_try_all(chosen, copies), key=lambda each: (each.file, each.place))
    print(_table(tried))
    survivors = "\n".join(each.diff for each in tried if not each.killed)
    if options.survivors is not None:
        options.survivors.write_text(survivors + "\n", encoding="utf-8")


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


def _sample(mutants: Iterable[MutationSpec], count: int, rng: random.Random) -> list[MutationSpec]:
    """One mutant a place; places drawn in turn from all files, so that each has its share."""
    by_place: dict[tuple[str, Place], list[MutationSpec]] = defaultdict(list)
    for each in mutants:
        by_place[str(each.module_path), each.start_pos].append(each)
    by_file: dict[str, list[MutationSpec]] = defaultdict(list)
    for (file, _), here in sorted(by_place.items()):
        by_file[file].append(rng.choice(sorted(here, key=lambda each: (each.operator_name, each.occurrence))))
    everything = list(by_file.values())
    for here in everything:
        rng.shuffle(here)
    # a file with three times the places has three times the mutants
    ranked = sorted(
        ((position + rng.random()) / len(here), number, position)
        for number, here in enumerate(everything)
        for position in range(len(here))
    )
    return [everything[number][position] for _, number, position in ranked[:count]]


def _command(copy: Path) -> str:
    tests = " ".join(name for name in TESTS if (copy / name).exists())
    return f"{sys.executable} -m pytest -x -q -p no:cacheprovider -p no:xdist {tests}"


def _expect_green(copy: Path) -> None:
    """Without a mutant every test passes, else nothing could be concluded."""
    done = subprocess.run(
        _command(copy).split(), cwd=copy, env=_environment(copy), capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"the tests fail without any mutant:\n{done.stdout[-2000:]}")


def _environment(copy: Path) -> dict[str, str]:
    # the copy's own sources come before those that are installed
    return {**os.environ, "PYTHONPATH": str(copy / "src"), "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}


def _try_all(chosen: Sequence[MutationSpec], copies: Sequence[Path]) -> Iterator[Tried]:
    """Each copy's mutants one after the other: a mutant is a change on disk."""
    shares = [chosen[number :: len(copies)] for number in range(len(copies))]
    with ProcessPoolExecutor(len(copies)) as pool:
        for future in as_completed(pool.submit(_try, *pair) for pair in zip(copies, shares, strict=True)):
            yield from future.result()


def _try(copy: Path, mutants: Sequence[MutationSpec]) -> list[Tried]:
    os.chdir(copy)
    os.environ.update(_environment(copy))
    tried: list[Tried] = []
    for number, mutant in enumerate(mutants, 1):
        result = mutate_and_test([mutant], _command(copy), TIMEOUT)
        if result.worker_outcome is not WorkerOutcome.NORMAL:
            raise RuntimeError(f"{mutant}: {result.output}")
        killed = result.test_outcome is not TestOutcome.SURVIVED
        tried.append(
            Tried(str(mutant.module_path.relative_to(ROOM)), mutant.start_pos, result.diff or "", killed)
        )
        alive = sum(not each.killed for each in tried)
        print(f"{copy.name}: {number} of {len(mutants)}, {alive} not noticed", file=sys.stderr, flush=True)
    return tried


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

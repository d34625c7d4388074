"""Which mistakes can be planted in the analyser, and which of them are tried.

Cosmic Ray makes the mutants: another comparison, another operator of arithmetic or sets, `and` for `or`, a negated
condition, a number that is off by one, a loop that never runs. Type annotations are left alone, because nothing of them
runs, and decorators, because everything fails without them.
"""

from __future__ import annotations

import ast
import hashlib
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

ROOM = Path("src/routebook/analysis")

Place = tuple[int, int]
"""A line, counted from 1, and a column, counted from 0."""


def key(mutant: MutationSpec) -> str:
    """Names a mutant and the text that it is of."""
    text = hashlib.sha256((mutant.module_path).read_bytes()).hexdigest()[:16]
    return f"{mutant.module_path} {text} {mutant.operator_name} {mutant.occurrence} {mutant.operator_args}"


def sample(only: str | None, count: int, seed: int) -> list[MutationSpec]:
    """One mutant a place; places drawn in turn from all files, so that each has its share.

    A larger sample begins with the smaller one, and what is drawn of a file does not rest on the others.
    """
    by_place: dict[tuple[str, Place], list[MutationSpec]] = defaultdict(list)
    for each in _mutants(only):
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


def running_lines(mutant: MutationSpec) -> frozenset[int]:
    """The lines of the statement that a mutant is in; none where it runs as soon as its file is imported."""
    line = mutant.start_pos[0]
    module = ast.parse(mutant.module_path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))
    if not any(line in range(node.body[0].lineno, _end(node)) for node in functions):
        return frozenset()
    around = [node for node in ast.walk(module) if isinstance(node, ast.stmt) and line in _lines(node)]
    statement = min(around, key=lambda node: len(_lines(node)))
    inner = [node for node in ast.walk(statement) if isinstance(node, ast.stmt) and node is not statement]
    return frozenset(_lines(statement)).difference(*map(_lines, inner))


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, _end(node))


def _end(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) + 1


def _mutants(only: str | None) -> list[MutationSpec]:
    modules = sorted(path for path in ROOM.rglob("*.py") if only is None or only in str(path))
    with tempfile.TemporaryDirectory() as folder, use_db(f"{folder}/work.sqlite", WorkDB.Mode.create) as work:
        init(modules, work, {})
        found = [item.mutations[0] for item in work.work_items]
    silent = {path: list(_silent(ast.parse(path.read_text(encoding="utf-8")))) for path in modules}
    return [
        each
        for each in found
        if "Decorator" not in each.operator_name and not _within(each.start_pos, silent[each.module_path])
    ]


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

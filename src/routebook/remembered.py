"""Policies that were checked before: their evaluation trees are kept between runs, so that checking is paid once.

What is kept stands under a key that changes with every text of the policy, with its settings, and with this program;
a broken entry is passed over. Only a policy without errors is kept.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from routebook import caching, files
from routebook.diagnostics import Diagnostic
from routebook.plan.kept_schema import FORMAT, dump_schema, load_schema
from routebook.source import Source
from routebook.types import Schema

if TYPE_CHECKING:
    from routebook.codegen.running import Verdict
    from routebook.plan.tree import Tree

MOST: Final = 100
"""So many policies are kept, the latest."""

LONGEST: Final = 30_000_000
"""A policy whose entry has more characters is not kept."""

_PREFIX: Final = "policy-"
_CHECKED_BY: Final = ("pycountry", "re2")
"""What else decides what is an error, and what a literal means."""


@dataclass(frozen=True, slots=True)
class Head:
    """What taking leads in needs of a policy, and what reports call it by."""

    name: str | None
    digest: str
    timezone: ZoneInfo
    schema: Schema


@dataclass(frozen=True, slots=True)
class Ready:
    """All that decisions take: generated code (see `codegen.running`), what each leaf says, and whether time counts."""

    code: str
    verdicts: tuple[Verdict, ...]
    asks_now: bool


@dataclass(frozen=True, slots=True)
class Remembered:
    """A checked policy, and the texts that it was read from, the main file first.

    `settings` is the text of its settings file, where it has one, and `source` the source that it names. `ready` is
    None where decisions take the tree.
    """

    head: Head
    ready: Ready | None
    data: Any
    program: tuple[Source, ...]
    tests: tuple[Source, ...]
    imports: tuple[files.Import, ...]
    settings: str | None
    source: str | None

    def tree(self) -> Tree | None:
        """The evaluation tree, as it was built; None where it cannot be read back."""
        from routebook.plan import kept_tree

        try:
            return kept_tree.load(self.data, (*self.program, *self.tests))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None

    def parsed(self) -> files.Loaded:
        """The same texts parsed, for what wants more than the tree."""
        return files.parsed_again(self.program[0], self.tests, self.imports)


def find(file: files.PolicyFile, settings: Path | None) -> Remembered | None:
    """The policy of a file as it was when it was checked, None where it has to be checked (again)."""
    if caching.folder() is None:
        return None
    reader = files.reader_of(file)
    read = _read(reader, file)
    if read is None:
        return None
    try:
        settled = None if settings is None else settings.read_text(encoding="utf-8")
        path = _path(reader, read, settings, settled)
        kept = _kept(path) if path is not None else None
        if kept is None:
            return None
        program, tests = _imported(reader, read[0], kept["imports"]), tuple(read[1:])
        head = kept["head"]
        schema = load_schema(head["schema"], (*program, *tests))
        known = Head(head["name"], head["digest"], ZoneInfo(head["timezone"]), schema)
        ready = _ready(kept["ready"])
        return Remembered(
            known, ready, kept["tree"], program, tests, tuple(reader.imports), settled, kept["source"]
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def keep(
    file: files.PolicyFile, loaded: files.Loaded, tree: Tree, settings: Path | None, source: str | None
) -> None:
    """Keep what a check without errors came to, where anything can be kept."""
    tests = [parsed.source for parsed in loaded.tests]

    program = [loaded.program.main.source]
    imports = []
    for each in loaded.imports:
        if each.found not in program:
            program.append(each.found)
        imports.append(
            [program.index(each.importing), each.path, program.index(each.found), _digest(each.found)]
        )
    try:
        settled = None if settings is None else settings.read_text(encoding="utf-8")
        path = _path(files.reader_of(file), [program[0], *tests], settings, settled)
        if path is None:
            return
        said = _said(tree, [*program, *tests]) | {"imports": imports, "source": source}
        text = json.dumps(said, ensure_ascii=True)
    except (OSError, ValueError, LookupError, RecursionError):
        return
    if len(text) <= LONGEST:
        caching.write(path, f"{_hash(text)}\n{text}")
        caching.forget_the_oldest(path.parent, _PREFIX, MOST)


def _said(tree: Tree, sources: Sequence[Source]) -> dict[str, Any]:
    from routebook.codegen.compiled import asks_now, source_to_keep, verdicts
    from routebook.plan import kept_tree

    head = {
        "name": tree.name,
        "digest": tree.digest,
        "timezone": tree.timezone.key,
        "schema": dump_schema(tree.schema, sources),
    }
    code = source_to_keep(tree)
    ready = None if code is None else {"code": code, "verdicts": verdicts(tree), "asks_now": asks_now(tree)}
    return {"head": head, "ready": ready, "tree": kept_tree.dump(tree, sources)}


def _ready(said: Any) -> Ready | None:
    if said is None:
        return None
    verdicts = tuple((rule, tuple(plan), sla) for rule, plan, sla in said["verdicts"])
    return Ready(said["code"], verdicts, said["asks_now"])


def _read(reader: files.Reader, file: files.PolicyFile) -> list[Source] | None:
    """The main file and that of its tests; None where one cannot be read, which those who parse it explain."""
    sources = []
    for path in (file.path, file.tests):
        if path is not None:
            found = reader.read(path, str(path))
            if isinstance(found, Diagnostic):
                return None
            sources.append(found)
    return sources


def _imported(reader: files.Reader, main: Source, imports: Sequence[Any]) -> tuple[Source, ...]:
    """The main file and what it imports, all as it was; raises ValueError where anything is not."""
    program = [main]
    for importing, path, place, digest in imports:
        found = reader.import_(program[importing], path)
        if isinstance(found, Diagnostic) or _digest(found) != digest:
            raise ValueError(path)
        if found not in program:
            program.append(found)
        if program.index(found) != place:
            raise ValueError(path)
    return tuple(program)


def _kept(path: Path) -> Any:
    text = caching.read(path)
    if text is None:
        return None
    digest, _, body = text.partition("\n")
    return json.loads(body) if digest == _hash(body) else None


def _path(
    reader: files.Reader, sources: Sequence[Source], settings: Path | None, settled: str | None
) -> Path | None:
    where = caching.folder()
    program = _program()
    if where is None or program is None:
        return None
    named = [[source.name, source.text] for source in sources]
    parts = [FORMAT, program, str(reader.root), str(settings), settled, named]
    return where / f"{_PREFIX}{_hash(json.dumps(parts))[:32]}"


def _digest(source: Source) -> str:
    return _hash(f"{source.name}\0{source.text}")


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _program() -> str | None:
    """This program and what it checks by, as far as the dates of files tell; None where there are no files.

    A checkout that is being worked on is another program after each edit, an installation after each upgrade.
    """
    here = Path(__file__).parent
    if not here.is_dir():
        return None
    stated = [sys.version, *sorted(_stated(str(here))), *sorted(_stated(str(here.parents[1] / "grammar")))]
    for name in _CHECKED_BY:
        found = find_spec(name)
        if found is not None and found.origin is not None:
            stated.append(_state(found.origin, os.stat(found.origin)))
    return _hash("\n".join(stated))


def _stated(folder: str) -> Iterator[str]:
    if not os.path.isdir(folder):
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".lark")):
                yield _state(entry.path, entry.stat())
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _stated(entry.path)


def _state(path: str, status: os.stat_result) -> str:
    return f"{path} {status.st_size} {status.st_mtime_ns}"

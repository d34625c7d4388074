"""Policies as files: which files a path means, what they import, and the tests beside them.

Finding and reading files needs nothing that parses them, which takes long to import: what does is imported where
it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from routebook.check import kinds as check_kinds
from routebook.diagnostics import Diagnostic, PolicyError
from routebook.source import Source
from routebook.syntax import kinds
from routebook.syntax.reading import read_source
from routebook.text import nearest

if TYPE_CHECKING:
    from routebook.check.imports import Program
    from routebook.syntax.parse import Parsed

ENDING: Final = ".route"
TEST_ENDING: Final = "_test.route"
SETTINGS_FILE: Final = "routebook.toml"


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy or library file, and the file of tests beside it, if there is one."""

    path: Path
    tests: Path | None


@dataclass(frozen=True, slots=True)
class Import:
    """An import that was followed: which text asked for it, in what words, and what was found."""

    importing: Source
    path: str
    found: Source


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy's trees: the program, and its files of tests; `imports` in the order in which they were followed."""

    program: Program
    tests: tuple[Parsed, ...]
    imports: tuple[Import, ...] = ()

    @property
    def files(self) -> tuple[Source, ...]:
        """Every text that was read."""
        return (*self.program.files, *(parsed.source for parsed in self.tests))


def find(paths: Iterable[Path]) -> list[PolicyFile]:
    """The policy files that these files and folders (with all below them) mean, in order, each once.

    Raises `PolicyError` for a path that does not exist or a folder without policies.
    """
    found: dict[Path, PolicyFile] = {}
    for path in paths:
        files = _below(path) if _is_folder(path) else [_existing(path)]
        for file in files:
            found.setdefault(file, PolicyFile(file, _tests_of(file)))
    return list(found.values())


def find_all(paths: Iterable[Path]) -> list[Path]:
    """Every `.route` file that these paths mean, files of tests included: what `fmt` works on."""
    found: dict[Path, None] = {}
    for path in paths:
        for file in _files_below(path) if _is_folder(path) else [_existing(path)]:
            found.setdefault(file)
    return list(found)


def _files_below(folder: Path) -> list[Path]:
    files = sorted(
        path
        for path in folder.rglob(f"*{ENDING}")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not files:
        raise PolicyError([_unreadable(folder, f"there is no `{ENDING}` file in `{folder}`", None)])
    return files


def _below(folder: Path) -> list[Path]:
    files = _files_below(folder)
    own = [path for path in files if not _is_tests(path)]
    return own + [path for path in files if _is_tests(path) and _policy_of(path) not in own]


def _existing(path: Path) -> Path:
    if not _is_there(path):
        folder = path.parent
        known = [entry.name for entry in folder.iterdir()] if _is_folder(folder) else []
        meant = nearest(path.name, known)
        help = f"did you mean `{folder / meant}`?" if meant else "check the path"
        raise PolicyError([_unreadable(path, f"there is no file or folder `{path}`", help)])
    if _is_tests(path) and _policy_of(path).is_file():
        return _policy_of(path)
    return path


def _is_tests(path: Path) -> bool:
    return path.name.endswith(TEST_ENDING)


def _policy_of(tests: Path) -> Path:
    return tests.with_name(tests.name.removesuffix(TEST_ENDING) + ENDING)


def _tests_of(path: Path) -> Path | None:
    tests = path.with_name(path.name.removesuffix(ENDING) + TEST_ENDING)
    return tests if path.name.endswith(ENDING) and not _is_tests(path) and tests.is_file() else None


def _unreadable(path: Path, message: str, help: str | None) -> Diagnostic:
    return Diagnostic(kinds.UNREADABLE_FILE, message, help=help, file=str(path))


def the_policy(path: Path) -> PolicyFile:
    """The one policy that a path means: the file, or the only file with rules in a folder.

    Raises `PolicyError` where there is none, or more than one.
    """
    if not _is_folder(path):
        return find([path])[0]
    files = [PolicyFile(p, _tests_of(p)) for p in sorted(path.glob(f"*{ENDING}")) if not _is_tests(p)]
    policies = [file for file in files if len(files) == 1 or _has_rules(file.path)]
    if len(policies) == 1:
        return policies[0]
    if not policies:
        raise PolicyError(
            [_unreadable(path, f"there is no policy in the folder `{path}`", "name a file with rules")]
        )
    names = ", ".join(f"`{file.path}`" for file in policies)
    message = f"the folder `{path}` holds {len(policies)} policies: {names}"
    raise PolicyError([_unreadable(path, message, "name one of them")])


def _has_rules(path: Path) -> bool:
    from routebook.syntax import tree as t
    from routebook.syntax.parse import parse

    source = read_source(path)
    if isinstance(source, Diagnostic):
        return True
    own = (t.RuleItem, t.LeadItem, t.BrokenItem)
    return any(isinstance(item, own) for item in parse(source).file.items)


def load(file: PolicyFile) -> Loaded:
    """Read and parse a policy file with its imports and tests. Raises `PolicyError` where it cannot be read."""
    from routebook.check.imports import gather
    from routebook.syntax.parse import parse

    reader = reader_of(file)
    source = reader.read(file.path, str(file.path))
    if isinstance(source, Diagnostic):
        raise PolicyError([source])
    tests: list[Parsed] = []
    if file.tests is not None:
        read = reader.read(file.tests, str(file.tests))
        if isinstance(read, Diagnostic):
            raise PolicyError([read])
        tests.append(parse(read))
    program = gather(source, reader.import_)
    return Loaded(program, tuple(tests), tuple(reader.imports))


def load_text(text: str, name: str = "<text>") -> Loaded:
    """Parse a policy that stands in no file: it can import nothing."""
    from routebook.check.imports import gather, no_imports

    return Loaded(gather(Source(name, text), no_imports), ())


def parsed_again(main: Source, tests: Iterable[Source], imports: Iterable[Import]) -> Loaded:
    """What `load` made of these texts, without a look at the disk."""
    from routebook.check.imports import gather, no_imports
    from routebook.syntax.parse import parse

    known = tuple(imports)
    found = {(id(each.importing), each.path): each.found for each in known}
    program = gather(main, lambda source, path: found.get((id(source), path)) or no_imports(source, path))
    return Loaded(program, tuple(parse(source) for source in tests), known)


def settings_file(start: Path) -> Path | None:
    """The nearest `routebook.toml`, going up from a policy's file or folder."""
    here = start.resolve()
    for folder in (here if here.is_dir() else here.parent, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder / SETTINGS_FILE
    return None


def reader_of(file: PolicyFile) -> Reader:
    """What reads a policy's files."""
    return Reader(_root_of(file.path))


def _root_of(path: Path) -> Path:
    """The folder that imports must stay in: that of the nearest settings, else the policy's own."""
    settings = settings_file(path)
    return settings.parent if settings is not None else path.resolve().parent


@dataclass
class Reader:
    """Reads each file once, and only below `root`: a policy's text never reaches another part of the disk.

    `imports` are those that were followed so far.
    """

    root: Path
    imports: list[Import] = field(default_factory=list)
    _sources: dict[Path, Source] = field(default_factory=dict)
    _paths: dict[int, Path] = field(default_factory=dict)

    def read(self, path: Path, shown: str) -> Source | Diagnostic:
        """The text of a file, the same one each time; a finding where it cannot be read."""
        real = path.resolve()
        if real in self._sources:
            return self._sources[real]
        source = read_source(path, shown)
        if isinstance(source, Source):
            self._sources[real] = source
            self._paths[id(source)] = path
        return source

    def import_(self, importing: Source, text: str) -> Source | Diagnostic:
        """What a text that was read here imports by these words; a finding where it cannot."""
        found = self._imported(importing, text)
        if isinstance(found, Source):
            self.imports.append(Import(importing, text, found))
        return found

    def _imported(self, importing: Source, text: str) -> Source | Diagnostic:
        folder = _folder_of(self._paths[id(importing)])
        wrong = _wrong_import(text)
        if wrong is None and not self._is_inside(folder / text):
            wrong = f"it lies outside `{self.root.name}`, the folder of the policy and its settings"
        if wrong is not None:
            message = f"`{text}` cannot be imported: {wrong}"
            return Diagnostic(check_kinds.FORBIDDEN_IMPORT, message, file=importing.name)
        path = folder / text
        if not _is_there(path):
            known = _siblings(path)
            meant = nearest(path.name, known)
            help = f"did you mean `{text.removesuffix(path.name)}{meant}`?" if meant else "check the path"
            return Diagnostic(kinds.UNREADABLE_FILE, f"there is no file `{text}` to import", help=help)
        return self.read(path, str(path))

    def _is_inside(self, path: Path) -> bool:
        try:
            return path.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):  # links that lead round in a circle
            return False


def _folder_of(path: Path) -> Path:
    """The folder that a file lies in: of a link, that of the file itself, beside which its imports are."""
    real = path.resolve().parent
    return path.parent if path.parent.resolve() == real else real


def _is_there(path: Path) -> bool:
    """Whether there is something under a path; nothing is under one that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    return _is_there(path) and path.is_dir()


def _siblings(path: Path) -> Sequence[str]:
    try:
        return [entry.name for entry in path.parent.glob(f"*{ENDING}")]
    except OSError:
        return []


def _wrong_import(text: str) -> str | None:
    if not text.endswith(ENDING):
        return f"the name of a policy file ends in `{ENDING}`"
    if "\\" in text or "\0" in text or ":" in text:
        return "a path has names and `/` in it, nothing else"
    if PurePosixPath(text).is_absolute():
        return "the path must be relative to the importing file"
    return None

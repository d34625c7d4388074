"""A policy file with all that it imports, directly and through others, each file once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from routebook.check import kinds
from routebook.diagnostics import Diagnostic
from routebook.source import Source, Span
from routebook.syntax import tree as t
from routebook.syntax.parse import Parsed, parse

Importer: TypeAlias = Callable[[Source, str], Source | Diagnostic]
"""Finds the file that a source imports by a path; the same file is the same `Source` each time."""

MAX_FILES: Final = 1000


@dataclass(frozen=True, slots=True)
class Program:
    """The main file and the imported ones, each before those that import it, with their syntax findings.

    `links` say which file each import meant: by the names of the importing file, the path as written, the file found.
    """

    main: Parsed
    imported: tuple[Parsed, ...]
    findings: tuple[Diagnostic, ...]
    links: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Source, ...]:
        return (self.main.source, *(parsed.source for parsed in self.imported))


def no_imports(importing: Source, path: str) -> Diagnostic:
    """The importer of a text that stands in no file."""
    message = f"`{path}` cannot be imported: a text that is not in a file has no folder to import from"
    return Diagnostic(kinds.FORBIDDEN_IMPORT, message, file=importing.name)


@dataclass
class _Open:
    """A file whose imports are being followed: which one led here, and which come next."""

    parsed: Parsed
    imports: list[t.ImportItem]


def gather(main: Source, importer: Importer) -> Program:
    """Parse the main file and everything that it imports. Circles and missing files are findings."""
    findings: list[Diagnostic] = []
    done: list[Parsed] = []
    links: dict[tuple[str, str], str] = {}
    seen: set[int] = {id(main)}
    first = _open(main, findings)
    path = [first]
    while path:
        here = path[-1]
        if not here.imports:
            done.append(path.pop().parsed)
            continue
        item = here.imports.pop(0)
        found = importer(here.parsed.source, str(item.path.value))
        if isinstance(found, Diagnostic):
            findings.append(_placed(found, item.path.span))
            continue
        links[here.parsed.source.name, str(item.path.value)] = found.name
        if any(found is open_.parsed.source for open_ in path):
            findings.append(_circle(item, [open_.parsed.source.name for open_ in path], found.name))
        elif id(found) not in seen:
            if len(seen) > MAX_FILES:
                findings.append(_too_many(item))
                break
            seen.add(id(found))
            path.append(_open(found, findings))
    done.extend(open_.parsed for open_ in reversed(path))
    return Program(done[-1], tuple(done[:-1]), tuple(findings), links)


def _open(source: Source, findings: list[Diagnostic]) -> _Open:
    parsed = parse(source)
    findings.extend(parsed.findings)
    return _Open(parsed, [item for item in parsed.file.items if isinstance(item, t.ImportItem)])


def _placed(finding: Diagnostic, span: Span) -> Diagnostic:
    """The importer's finding, at the import that asked."""
    return Diagnostic(finding.kind, finding.message, span, "imported here", help=finding.help)


def _too_many(item: t.ImportItem) -> Diagnostic:
    return Diagnostic(
        kinds.FORBIDDEN_IMPORT,
        f"the policy imports more than {MAX_FILES:,} files, with those that they import: the rest is left unread",
        item.path.span,
        "one file too many",
        help="put what belongs together into one file",
    )


def _circle(item: t.ImportItem, names: list[str], again: str) -> Diagnostic:
    told = " → ".join([*names[names.index(again) :], again])
    return Diagnostic(
        kinds.CIRCULAR_IMPORT,
        f"these files import each other in a circle: {told}",
        item.path.span,
        "this import closes the circle",
        help="move what they share into a file of its own",
    )

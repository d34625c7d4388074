"""Baselines: the findings of an old policy, written down once, so that a check speaks of new ones only.

An entry says what is wrong and with which text, not in which line: it holds while other lines come and go, and
it no longer does when the text at its place changes, or what is said of it.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any, Final

from routebook.cli.outputs import text_to
from routebook.cli.streams import words_of
from routebook.diagnostics import Diagnostic, RoutebookError
from routebook.lint.catalogue import LINT_KINDS
from routebook.render.json_text import dumps

FORMAT: Final = "routebook baseline 1"

_NUMBERED: Final = re.compile(r"`#\d+")
"""Rules without names go by their number, which changes with every rule put before them."""


class BaselineError(RoutebookError):
    """A baseline that cannot be read."""


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """A finding that is known: of which kind, in which file (from the baseline's folder), where and about what."""

    code: str
    file: str
    at: str
    message: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What a baseline leaves of findings: the new ones, how many are known, and entries that are found no more."""

    new: tuple[Diagnostic, ...]
    known: int
    gone: tuple[BaselineEntry, ...]


class Baseline:
    """The findings that are known. `path` is the file, whose folder the names of policies start from."""

    def __init__(self, path: Path, entries: Iterable[BaselineEntry]) -> None:
        self.path = path
        self.entries = Counter(entries)

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read a file. Raises `BaselineError` where there is none, or something else."""
        data = _data(path)
        if data is None:
            raise BaselineError(f"there is no baseline `{path}`: --write-baseline writes one")
        entries = _entries(data)
        if entries is None:
            raise BaselineError(f"the baseline `{path}` is damaged: write it again by --write-baseline")
        return cls(path, entries)

    @classmethod
    def of(cls, path: Path, findings: Iterable[Diagnostic]) -> Baseline:
        """The baseline that these findings come to; what keeps a policy from running is never in one."""
        return cls(path, [_entry_of(found, path) for found in findings if found.kind in LINT_KINDS])

    def keep(self, checked: Iterable[str]) -> int:
        """Take over what the file that is there says of other policies than those checked to the end.

        Returns how many findings that adds. What it says of policies that are no more is left out.
        """
        names = {_named(name, self.path) for name in checked}
        known = _entries(_data(self.path) or {}) or ()
        there = Counter(
            entry
            for entry in known
            if entry.file not in names and self.path.parent.joinpath(entry.file).is_file()
        )
        before = self.entries.total()
        self.entries |= there
        return self.entries.total() - before

    def write(self) -> None:
        """Write the file. Raises `BaselineError` where something else stands there, `OutputError`."""
        _data(self.path)
        entries = sorted(self.entries.elements(), key=astuple)
        data = {"format": FORMAT, "findings": [asdict(entry) for entry in entries]}
        with text_to(self.path) as stream:
            stream.write(dumps(data) + "\n")

    def compare(self, findings: Iterable[Diagnostic], files: Iterable[str]) -> Compared:
        """Take out what is known. Entries about other files than those checked to the end are not called gone."""
        left = Counter(self.entries)
        new: list[Diagnostic] = []
        known = 0
        for finding in findings:
            entry = _entry_of(finding, self.path)
            if finding.kind in LINT_KINDS and left[entry] > 0:
                left[entry] -= 1
                known += 1
            else:
                new.append(finding)
        checked = {_named(name, self.path) for name in files}
        gone = sorted((entry for entry in left.elements() if entry.file in checked), key=astuple)
        return Compared(tuple(new), known, tuple(gone))


def _data(path: Path) -> dict[str, Any] | None:
    """What the file holds; None where there is no file. Raises `BaselineError` where it is something else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        words = words_of(OSError(error.errno, error.strerror))
        raise BaselineError(f"the baseline `{path}` cannot be read: {words}") from None
    except ValueError:
        raise BaselineError(f"`{path}` is no baseline: it is not JSON") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BaselineError(f"`{path}` is no baseline: its `format` is not `{FORMAT}`")
    return data


def _entries(data: Mapping[str, Any]) -> list[BaselineEntry] | None:
    """The entries of a baseline, None where it is damaged."""
    try:
        return [_entry(each) for each in data["findings"]]
    except (LookupError, TypeError):
        return None


def _entry(data: Any) -> BaselineEntry:
    regions = data["regions"]
    entry = BaselineEntry(data["code"], data["file"], data["at"], data["message"], tuple(regions))
    texts = (entry.code, entry.file, entry.at, entry.message, *entry.regions)
    if not isinstance(regions, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError(data)
    return entry


def _entry_of(finding: Diagnostic, path: Path) -> BaselineEntry:
    at = " ".join(finding.span.text.split()) if finding.span is not None else ""
    return BaselineEntry(
        finding.code,
        _named(finding.file or "", path),
        at,
        _NUMBERED.sub("`#…", finding.message),
        tuple(region.when for region in finding.regions or ()),
    )


def _named(name: str, path: Path) -> str:
    """A policy's file from the folder of the baseline, with `/`, wherever the command was run."""
    if not name:
        return ""
    try:
        return Path(os.path.relpath(name, path.resolve().parent)).as_posix()
    except ValueError:  # another drive
        return Path(name).as_posix()

"""Where keys and values stand in a TOML text, which `tomllib` does not tell.

The text is one that `tomllib` has read: it is scanned here, not checked.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Final

from routebook.roster.problems import Path
from routebook.source import Source, Span

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR: Final = re.compile(r"[^,\]}#\r\n]+")
_STRINGS: Final = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL),
    re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """The span of a key (of a table's header where it has one) and that of its value, None for a table."""

    key: Span
    value: Span | None


def places_of(source: Source) -> dict[Path, Place]:
    """The place of every key, and of every item of an array, by the path that leads to it."""
    scan = _Scan(source)
    scan.document()
    return scan.places


class _Scan:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._at = 0
        self.places: dict[Path, Place] = {}

    def document(self) -> None:
        table: Path = ()
        counts: dict[Path, int] = {}
        while self._skip() < len(self._text):
            if self._text[self._at] != "[":
                self._pair(table)
                continue
            start = self._at
            array = self._text.startswith("[[", self._at)
            self._at += 2 if array else 1
            table = tuple(key for key, _ in self._keys())
            self._skip()
            self._at += 2 if array else 1
            if array:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            self._note(table, Span(self._source, start, self._at), None)

    def _pair(self, table: Path) -> None:
        keys = self._keys()
        path = table
        for key, span in keys:
            path = (*path, key)
            self._note(path, span, None)
        self._skip()
        self._at += 1  # the equals sign
        self._skip()
        value = self._value(path)
        self.places[path] = Place(Span(self._source, keys[0][1].start, keys[-1][1].end), value)

    def _keys(self) -> list[tuple[str, Span]]:
        """A dotted key, each part with its span."""
        parts = []
        while True:
            self._skip()
            start = self._at
            bare = _BARE.match(self._text, start)
            if bare is not None:
                self._at, key = bare.end(), bare[0]
            else:
                self._string()
                key = tomllib.loads(f"k = {self._text[start : self._at]}")["k"]
            parts.append((key, Span(self._source, start, self._at)))
            if not self._text.startswith(".", self._skip()):
                return parts
            self._at += 1

    def _value(self, path: Path) -> Span:
        start = self._at
        match self._text[start]:
            case "[":
                self._items(path)
            case "{":
                self._at += 1
                while self._text[self._skip()] != "}":
                    self._pair(path)
                    if self._text[self._skip()] == ",":
                        self._at += 1
                self._at += 1
            case '"' | "'":
                self._string()
            case _:
                scalar = _SCALAR.match(self._text, start)
                self._at = start + len(scalar[0].rstrip()) if scalar else start + 1
        return Span(self._source, start, self._at)

    def _items(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._text[self._skip()] != "]":
            item = (*path, index)
            span = self._value(item)
            self.places[item] = Place(span, span)
            index += 1
            if self._text[self._skip()] == ",":
                self._at += 1
        self._at += 1

    def _string(self) -> None:
        for pattern in _STRINGS:
            match = pattern.match(self._text, self._at)
            if match is not None:
                self._at = match.end()
                return
        self._at += 1

    def _skip(self) -> int:
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at

    def _note(self, path: Path, key: Span, value: Span | None) -> None:
        self.places.setdefault(path, Place(key, value))

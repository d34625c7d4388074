"""RE2 patterns for other engines: only those that mean the same there, and that stay quick.

Engines differ in what ignoring case, `$`, `\\w` and much else mean, and Python's `re` can take exponential time. A
pattern is therefore read here by a small grammar and written anew, in classes of characters that are spelt out; what
the grammar does not have is refused. With at most one unbounded repeat, none inside a repeat, and a limit on all other
choices together, a search takes at most quadratic time; an engine that does not backtrack needs none of these limits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from routebook.diagnostics import RoutebookError

_ALSO: Final = {"s": "\u017f", "k": "\u212a"}
"""What RE2 takes for these letters besides their capitals, where case is ignored (Unicode simple case folding)."""

_CLASSES: Final = {"d": "0-9", "s": "\\t\\n\\f\\r ", "w": "0-9A-Za-z_"}
_WAYS: Final = 1000
_REPEAT: Final = re.compile(r"[*+?]|\{(\d{1,2})(,?)(\d{0,2})\}")
_ESCAPED: Final = frozenset("\\.+*?()|[]{}^$-/\"'@#&%!~,:;<>=_ ")


@dataclass(frozen=True, slots=True)
class Flavour:
    """How an engine writes the start and end of the text and the edge of a word, and what is wrong with the rest."""

    start: str
    end: str
    edge: str
    backtracks: bool
    danger: str


PYTHON: Final = Flavour("\\A", "\\Z", "(?a:\\b)", True, "may mean something else in Python, or take long")
_WORD: Final = "[0-9A-Za-z_]"
POSTGRES: Final = Flavour(
    "\\A",
    "\\Z",
    f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))",
    False,
    "may mean something else in PostgreSQL",
)
"""PostgreSQL's advanced regular expressions, which know no locale when they are written so."""


class PatternRefused(RoutebookError):
    """A pattern that the engine might read otherwise, or be slow on; `reason` says why, without the pattern."""

    def __init__(self, text: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f'`matches "{text}"` cannot be exported: {reason}')


def python_pattern(text: str, fold_case: bool) -> str:
    """The pattern for `re.search`, without flags. Raises `PatternRefused`."""
    return written_for(PYTHON, text, fold_case)


def written_for(flavour: Flavour, text: str, fold_case: bool) -> str:
    """The pattern for a search by this engine, without flags. Raises `PatternRefused`."""
    return _Reader(flavour, text, fold_case).whole()


class _Reader:
    def __init__(self, flavour: Flavour, text: str, fold_case: bool) -> None:
        self.flavour = flavour
        self.text = text
        self.fold_case = fold_case
        self.at = 0
        self.unbounded = 0
        self.choices = 1

    def whole(self) -> str:
        found = self._alternatives(depth=0)
        if self.at < len(self.text):
            raise self._refused("a bracket that nothing opens")
        return found

    def _refused(self, what: str) -> PatternRefused:
        return PatternRefused(self.text, f"{what} {self.flavour.danger}; write the pattern more simply")

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _alternatives(self, depth: int) -> str:
        parts = [self._sequence(depth)]
        while self._peek() == "|":
            self.at += 1
            parts.append(self._sequence(depth))
        self._choose(len(parts))
        return "|".join(parts)

    def _sequence(self, depth: int) -> str:
        found = []
        while self._peek() not in ("", "|", ")"):
            before = self.unbounded, self.at
            atom = self._atom(depth)
            grouped = self.text[before[1]] == "("
            found.append(atom + self._repeat(grouped, anchor=atom in self._anchors()))
        return "".join(found)

    def _anchors(self) -> tuple[str, ...]:
        return self.flavour.start, self.flavour.end, self.flavour.edge

    def _atom(self, depth: int) -> str:
        letter = self._peek()
        self.at += 1
        match letter:
            case "(":
                return self._group(depth)
            case "[":
                return self._set()
            case ".":
                return "[^\\n]"
            case "^":
                return self.flavour.start
            case "$":
                return self.flavour.end
            case "\\":
                return self._escape()
            case "*" | "+" | "?" | "{" | "}" | "]":
                raise self._refused(f"`{letter}` here")
            case _:
                return self._letter(letter)

    def _group(self, depth: int) -> str:
        if depth > 20:
            raise self._refused("groups in groups in groups")
        if self._peek() == "?":
            if not self.text.startswith("?:", self.at):
                raise self._refused("`(?`")
            self.at += 2
        inner = self._alternatives(depth + 1)
        if self._peek() != ")":
            raise self._refused("a group without its end")
        self.at += 1
        return f"(?:{inner})"

    def _repeat(self, grouped: bool, anchor: bool) -> str:
        found = _REPEAT.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        if self._peek() == "?":
            # whether there is a match does not depend on which is preferred
            self.at += 1
        grouped = grouped and self.flavour.backtracks
        if (grouped and found[0] != "?") or anchor or _REPEAT.match(self.text, self.at):
            raise self._refused("repeating a group or a place")
        if found[0] in ("*", "+") or (found[2] and not found[3]):
            self.unbounded += 1
            if self.unbounded > 1 and self.flavour.backtracks:
                raise self._refused("a second repeat without an end")
        if found[0] == "?":
            self._choose(2)
        elif found[3]:
            if int(found[3]) < int(found[1]):
                raise self._refused("this repeat")
            self._choose(int(found[3]) - int(found[1]) + 1)
        return found[0]

    def _choose(self, ways: int) -> None:
        """Note that a match may have to be tried in so many ways here, all of them with all others."""
        self.choices *= ways
        if self.choices > _WAYS and self.flavour.backtracks:
            raise self._refused("so many alternatives and repeats")

    def _escape(self) -> str:
        letter = self._peek()
        self.at += 1
        if letter in _CLASSES and not (self.fold_case and letter == "w"):
            return f"[{_CLASSES[letter]}]"
        if letter == "b":
            # the edge of a word of ASCII letters, in RE2 always
            return self.flavour.edge
        if letter and letter in _ESCAPED:
            return re.escape(letter)
        raise self._refused(f"`\\{letter}`")

    def _letter(self, letter: str) -> str:
        if not self.fold_case:
            return re.escape(letter)
        if letter.isascii():
            forms = _forms(letter)
            return re.escape(letter) if len(forms) == 1 else f"[{forms}]"
        if letter.casefold() == letter == letter.upper() and letter == letter.lower():
            return re.escape(letter)
        raise self._refused(f"ignoring the case of `{letter}`")

    def _set(self) -> str:
        """A class of characters: ASCII letters, digits, punctuation and ranges of them."""
        end = self.text.find("]", self.at + 1)
        inner = self.text[self.at : end] if end > 0 else ""
        negated = inner.startswith("^")
        found = re.fullmatch(
            r"((?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9 _@.,:;!#%&/=+]|\\[-.])+)-?", inner[negated:]
        )
        if found is None:
            raise self._refused("this class of characters")
        self.at = end + 1
        members: set[str] = set()
        for low, high, single in re.findall(r"(\w)-(\w)|\\?([^\\])", inner[negated:]):
            if low and low > high:
                raise self._refused("this class of characters")
            members |= {chr(code) for code in range(ord(low), ord(high) + 1)} if low else {single}
        if self.fold_case:
            members = {form for member in members for form in _forms(member)}
        return f"[{'^' if negated else ''}{''.join(re.escape(member) for member in sorted(members))}]"


def _forms(letter: str) -> str:
    if not letter.isalpha():
        return letter
    return letter.lower() + letter.upper() + _ALSO.get(letter.lower(), "")

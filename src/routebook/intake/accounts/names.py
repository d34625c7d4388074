"""Company names as people mean them: without case, accents, punctuation and legal form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from routebook.intake.accounts.legal_forms import AFFIXES, FORMS, LEADING, LEADING_WITH_ANOTHER
from routebook.text import fold

_REMEMBERED: Final = 8192  # names
_MARKS: Final = re.compile("[\u0300-\u036f]")
_LETTERS: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "_": " "}
    | dict.fromkeys("'’‘`´ʼ")
    | dict.fromkeys("&+", " and ")
)
_INITIALS: Final = re.compile(r"(?<!\w)(\w)[./](?=\w(?!\w))")  # the dots in `s.r.l.`, the stroke in `a/s`
_WORD: Final = re.compile(r"\w+")
_SHORTEST: Final = 2  # characters that taking off a legal form has to leave: `X Corp` stays as it is
_MOST_PARTS: Final = 7  # words that a legal form may be written in: `S. de R.L. de C.V.`


@dataclass(frozen=True, slots=True)
class Name:
    """A company name in three forms, from the strictest to the most forgiving.

    `full` ignores case, accents, punctuation, spaces and a leading "the"; `key` also legal forms; `words` is the
    same with the words in alphabetical order. All are empty for a name without a letter or digit.
    """

    full: str
    key: str
    words: str


@lru_cache(_REMEMBERED)
def read_name(text: str) -> Name:
    """The forms of a name."""
    words = _WORD.findall(_INITIALS.sub(r"\1", _without_affixes(_plain(text))))
    if len(words) > 1 and words[0] == "the":
        del words[0]
    bare = _bare(words)
    return Name("".join(words), "".join(bare), " ".join(sorted(bare)))


def _without_affixes(plain: str) -> str:
    for affix in AFFIXES:
        if affix in plain and len(rest := plain.replace(affix, " ").strip()) >= _SHORTEST:
            plain = rest
    return plain


def _bare(words: list[str]) -> list[str]:
    """The words without the legal forms at the end and at the start, as long as something is left."""
    kept = words
    while (shorter := _without_form(kept)) is not None:
        kept = shorter
    leading = (
        kept[0] in LEADING or (kept[0] in LEADING_WITH_ANOTHER and len(kept) < len(words)) if kept else False
    )
    return kept[1:] if leading and _is_enough(kept[1:]) else kept


def _plain(text: str) -> str:
    """Folded, with letters that differ by their marks alone made the same."""
    folded = fold(text)
    if not folded.isascii():
        # marks of Latin, Greek and Cyrillic letters only: those of other scripts are letters in their own right
        folded = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", folded)))
    return folded.translate(_LETTERS)


def _without_form(words: list[str]) -> list[str] | None:
    for size in range(min(_MOST_PARTS, len(words) - 1), 0, -1):
        if "".join(words[-size:]) not in FORMS:
            continue
        rest = words[:-size]
        while rest and rest[-1] == "and":  # of `GmbH & Co. KG`
            rest = rest[:-1]
        if _is_enough(rest):
            return rest
    return None


def _is_enough(words: list[str]) -> bool:
    return sum(map(len, words)) >= _SHORTEST

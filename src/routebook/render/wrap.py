"""Text in lines of a given width, for pictures, where nothing else wraps it."""

from __future__ import annotations

from collections.abc import Iterator

from routebook.render.visible import char_width, clipped, width_of


def wrapped(text: str, width: int, most: int) -> list[str]:
    """`text` in at most `most` lines of `width` columns, broken at spaces if it can be, `…` after a cut."""
    lines: list[str] = []
    for word in _words(text, width):
        if lines and width_of(lines[-1]) + 1 + width_of(word) <= width:
            lines[-1] += f" {word}"
        elif len(lines) == most:
            lines[-1] = clipped(f"{lines[-1]} {word}{' ' * width}", width)
            break
        else:
            lines.append(word)
    return lines


def _words(text: str, width: int) -> Iterator[str]:
    """The words, those longer than a line in pieces."""
    for word in text.split():
        while width_of(word) > width:
            cut = _cut(word, width)
            yield word[:cut]
            word = word[cut:]
        yield word


def _cut(word: str, width: int) -> int:
    taken = 0
    for index, char in enumerate(word):
        taken += char_width(char)
        if taken > width:
            return max(1, index)
    return len(word)

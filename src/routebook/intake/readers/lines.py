"""A file's lines as text, each with what is wrong with it: a broken line spoils no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from routebook.intake.problems import InputError
from routebook.intake.readers.records import Input

MAX_LINE: Final = 16 * 1024 * 1024
"""The longest line that is read, in bytes: what has no line ends is no file of leads."""

_BOM: Final = b"\xef\xbb\xbf"
_WIDE_BOMS: Final = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class Line(NamedTuple):
    """One line. Bytes that are not UTF-8 stand in `text` as `\\xe9`; `problem` says what is wrong."""

    number: int
    text: str
    problem: str | None


def without_bom(start: bytes, name: str) -> bytes:
    """The start of a file without its byte order mark; raises `InputError` where it is no UTF-8 at all."""
    wide = _WIDE_BOMS.get(start[:2])
    if wide is None and b"\0" in start[:4]:
        wide = "UTF-16 or a binary format"
    if wide is not None:
        raise InputError(f"`{name}` is not UTF-8 text but {wide}: save it as UTF-8")
    return start.removeprefix(_BOM)


def lines(source: Input, after: int = 0) -> Iterator[Line]:
    """Every line, in constant memory, of a file or of what is left of it `after` so many lines.

    Lines end in `\\n`, `\\r\\n` or `\\r`.
    """
    number = after
    for chunk, cut in _chunks(source.stream):
        data = without_bom(chunk, source.name) if number == 0 else chunk
        for part in _parts(data):
            number += 1
            yield _line(number, part, cut)


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Lines by `\\n`, and whether the line was cut because it is too long."""
    while chunk := stream.readline(MAX_LINE):
        cut = len(chunk) == MAX_LINE and not chunk.endswith(b"\n")
        while cut:
            rest = stream.readline(MAX_LINE)
            if len(rest) < MAX_LINE or rest.endswith(b"\n"):
                break
        yield chunk, cut


def _parts(data: bytes) -> list[bytes]:
    if b"\r" not in data:
        return [data]
    parts = data.replace(b"\r\n", b"\n").split(b"\r")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _line(number: int, data: bytes, cut: bool) -> Line:
    try:
        text, problem = data.decode(), None
    except UnicodeDecodeError as error:
        text = data.decode(errors="backslashreplace")
        byte = f"the byte 0x{data[error.start]:02x} at position {error.start + 1}"
        problem = f"line {number} is not UTF-8: it has {byte}"
    if cut:
        problem = f"line {number} is longer than {MAX_LINE // 1024 // 1024} MiB"
    return Line(number, text, problem)

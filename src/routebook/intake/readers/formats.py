"""The formats of leads, one row each, and the opening of files."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from routebook.intake.problems import InputError
from routebook.intake.readers.records import Input, ReadFormat, Records
from routebook.text import listed, nearest

STDIN: Final = "-"
_PEEKED: Final = 4096
_SPACE: Final = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name, the endings of its files, and whether a stream that begins so is of it."""

    name: str
    endings: tuple[str, ...]
    begins: Callable[[bytes], bool]
    read: ReadFormat


# a reader is imported when it is asked to read: a run has one format, and importing is most of a short run


def _parquet(source: Input) -> Records:
    from routebook.intake.readers.parquet import read_parquet

    return read_parquet(source)


def _json(source: Input) -> Records:
    from routebook.intake.readers.json_file import read_json

    return read_json(source)


def _json_lines(source: Input) -> Records:
    from routebook.intake.readers.json_lines import read_json_lines

    return read_json_lines(source)


def _csv(source: Input) -> Records:
    from routebook.intake.readers.csv_file import read_csv

    return read_csv(source)


FORMATS: Final = (
    Format("parquet", (".parquet",), lambda start: start.startswith(b"PAR1"), _parquet),
    Format("json", (".json",), lambda start: start.lstrip(_SPACE).startswith(b"["), _json),
    Format("jsonl", (".jsonl", ".ndjson"), lambda start: start.lstrip(_SPACE).startswith(b"{"), _json_lines),
    Format("csv", (".csv",), lambda _: True, _csv),
)
"""In the order in which a stream without a name is tried: what is nothing else is CSV."""


@contextmanager
def opened(path: str | Path, format: str | None = None) -> Iterator[Records]:
    """The records of a file, or of standard input where `path` is `-`; the file is closed at the end.

    `format` is a format's name; without one the ending chooses, and for standard input how it begins. Raises
    `InputError` where there is no such file, or it cannot be read.
    """
    name = "standard input" if str(path) == STDIN else shown_path(path)
    with ExitStack() as stack:
        if str(path) == STDIN:
            stream = _standard_input()
            chosen = named(format) if format is not None else _by_content(stream)
            source = Input(name, stream, None)
        else:
            asked = named(format) if format is not None else None
            # a file that is not there, or a folder, is the better news than its ending
            file = stack.enter_context(_open(Path(path), name))
            chosen = asked or _by_ending(Path(path), name)
            source = Input(name, file, Path(path))
        yield _read(chosen, source)


def _read(chosen: Format, source: Input) -> Records:
    try:
        return chosen.read(source)
    except OSError as error:
        raise InputError(f"`{source.name}` cannot be read: {_reason(error)}") from None


def _standard_input() -> io.BufferedReader:
    stream = sys.stdin.buffer
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[arg-type]


def _by_content(stream: io.BufferedReader) -> Format:
    start = stream.peek(_PEEKED)[:_PEEKED]
    return next(row for row in FORMATS if row.begins(start))


def named(name: str) -> Format:
    """The format of that name; raises `InputError` where there is none."""
    for row in FORMATS:
        if row.name == name:
            return row
    names = [row.name for row in FORMATS]
    meant = nearest(name, names)
    hint = f"did you mean `{meant}`?" if meant else f"there are {listed([f'`{known}`' for known in names])}"
    raise InputError(f"`{name}` is no format of leads; {hint}")


def _by_ending(path: Path, name: str) -> Format:
    ending = path.suffix.lower()
    for row in FORMATS:
        if ending in row.endings:
            return row
    endings = listed([f"`{known}`" for row in FORMATS for known in row.endings], "or")
    raise InputError(f"`{name}` does not say what format it has: end it in {endings}, or name the format")


def _open(path: Path, name: str) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(f"there is no file `{name}`{_beside(path)}") from None
    except IsADirectoryError:
        raise InputError(f"`{name}` is a folder: name one file of leads") from None
    except PermissionError:
        raise InputError(f"`{name}` may not be read: its permissions do not allow it") from None
    except (OSError, ValueError) as error:
        raise InputError(f"`{name}` cannot be opened: {_reason(error)}") from None


def _beside(path: Path) -> str:
    """The file nearby that may have been meant."""
    with suppress(OSError, ValueError):
        meant = nearest(path.name, sorted(other.name for other in path.parent.iterdir()))
        if meant is not None:
            return f"; did you mean `{shown_path(path.with_name(meant))}`?"
    return ""


def _reason(error: OSError | ValueError) -> str:
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return words[:1].lower() + words[1:]


def shown_path(path: str | Path) -> str:
    """A path as messages show it; bytes of a name that are no text stand as `\\xe9`."""
    return os.fsencode(path).decode(errors="backslashreplace")

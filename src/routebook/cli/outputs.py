"""Files of rows that appear whole or not at all, and standard output for who wants a stream."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import click

from routebook.cli.streams import STREAM, words_of
from routebook.diagnostics import RoutebookError
from routebook.render.rows import RowFormat, WriteRow, format_for


class OutputError(RoutebookError):
    """A file that cannot be written."""


@contextmanager
def rows_to(
    path: str | None, columns: Sequence[str], formats: Sequence[RowFormat] | None = None
) -> Iterator[WriteRow]:
    """What writes one row to a file (its ending says the format), or to standard output for None and `-`."""
    format_ = format_for(path, formats)
    if path is None or path == STREAM:
        yield format_.opened(sys.stdout, columns)
        return
    with text_to(Path(path)) as stream:
        write = format_.opened(stream, columns)
        if not format_.binary:
            yield write
            return
        closing: Any = write
        try:
            yield write
        except BaseException:
            closing.abandon()
            raise
        closing.close()


@contextmanager
def text_to(path: Path) -> Iterator[TextIO]:
    """A file to write. It takes the name's place when all is written: never half of it, whatever happens.

    A link is followed; a pipe or a device is written to directly. Raises `OutputError`.
    """
    try:
        target = path.resolve()
        direct = path.exists() and not path.is_file() and not path.is_dir()
        stream = _opened(path) if direct else _beside(target)
    except OSError as error:
        raise OutputError(f"`{path}` cannot be written: {_why(path, error)}") from None
    try:
        with stream:
            yield stream
            _keep(stream)
        if not direct:
            os.replace(stream.name, target)
    except OSError as error:
        _drop(stream, direct)
        if isinstance(error, BrokenPipeError):
            raise
        raise OutputError(f"`{path}` cannot be written: {_why(path, error)}") from None
    except BaseException:
        _drop(stream, direct)
        raise


def _opened(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", errors="backslashreplace", newline="")


def _beside(target: Path) -> TextIO:
    """A new file in the target's folder, with the permissions that the target has or would get."""
    if target.is_dir():
        raise IsADirectoryError
    import tempfile  # takes a while, and results mostly go to standard output

    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:200]}.", suffix=".tmp")
    if target.exists():
        mode = stat.S_IMODE(target.stat().st_mode)
    else:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    with suppress(OSError):
        os.chmod(name, mode)
    os.close(number)
    return _opened(Path(name))


def _keep(stream: TextIO) -> None:
    stream.flush()
    with suppress(OSError, ValueError):
        os.fsync(stream.fileno())


def _drop(stream: TextIO, direct: bool) -> None:
    if not direct:
        with suppress(OSError):
            os.unlink(stream.name)


def _why(path: Path, error: OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, FileNotFoundError) and not path.parent.exists():
        return f"there is no folder `{path.parent}`"
    return words_of(OSError(error.errno, error.strerror)) if error.strerror else str(error)


def keep_apart(outputs: dict[str, str | None], inputs: dict[str, str | None]) -> None:
    """Refuse to write two things to one file, or over what is being read. Keys are the options' names."""
    taken = {_real(path): option for option, path in inputs.items() if path not in (None, STREAM)}
    for option, path in outputs.items():
        if path is None:
            continue
        real = _real(path)
        if real in taken:
            raise click.UsageError(f"{option} and {taken[real]} are the same, `{path}`: one would be lost")
        taken[real] = option


def _real(path: str | None) -> str:
    assert path is not None
    return path if path == STREAM else os.path.realpath(path)

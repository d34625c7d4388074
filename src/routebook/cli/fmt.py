"""`routebook fmt`: the canonical layout."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from routebook import files
from routebook.cli.endings import NO
from routebook.cli.options import paths_argument, read_once
from routebook.cli.outputs import text_to
from routebook.cli.progress import Progress
from routebook.cli.stdin import standard_input
from routebook.cli.streams import STREAM, emit, say
from routebook.diagnostics import Diagnostic, PolicyError
from routebook.render.paint import Ink, Line, line, painted, style_for
from routebook.render.visible import visible
from routebook.source import Source
from routebook.syntax.format import format_source
from routebook.syntax.reading import read_source
from routebook.text import counted


@dataclass(frozen=True, slots=True)
class _Page:
    """A text and its canonical layout; `path` is None for standard input.

    `changes` covers what the text alone does not show: other line ends, a byte order mark.
    """

    source: Source
    path: Path | None
    laid_out: str
    changes: bool


@click.command("fmt")
@paths_argument
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where a file would change.")
@click.option("--diff", is_flag=True, help="Change nothing; show what would change.")
@click.pass_context
def command(context: click.Context, paths: tuple[str, ...], check: bool, diff: bool) -> None:
    """Bring policies to the one canonical layout: meaning and comments stay as they are.

    Files are rewritten where they stand; `-` is written to standard output. A file that has syntax errors
    is left alone, and the exit code is 2.

    \b
    Example:
      routebook fmt policies
      routebook fmt --check --diff policies
      routebook fmt - < draft.route
    """
    read_once(*paths)
    findings: list[Diagnostic] = []
    pages = list(_pages(paths, findings))
    changing = [page for page in pages if page.changes]
    if diff:
        emit(painted(_differences(changing), style_for(sys.stdout)))
    if not check and not diff:
        _write(pages)
    elif check and not diff:
        emit("".join(f"would change {visible(page.source.name)}\n" for page in changing))
    if check or diff or any(page.path is not None for page in pages):
        _sum_up(len(pages), len(changing), written=not check and not diff)
    if findings:
        raise PolicyError(findings)
    if check and changing:
        context.exit(NO)


def _pages(paths: tuple[str, ...], findings: list[Diagnostic]) -> Iterator[_Page]:
    """Every file that the paths mean, laid out; what cannot be is added to `findings`."""
    named = files.find_all(Path(path) for path in paths if path != STREAM)
    with Progress("laying out", len(named) + (STREAM in paths)) as progress:
        if STREAM in paths:
            yield from _page(standard_input(), None, findings)
        for path in named:
            progress.done += 1
            source = read_source(path)
            if isinstance(source, Diagnostic):
                findings.append(source)
            else:
                yield from _page(source, path, findings)


def _page(source: Source, path: Path | None, findings: list[Diagnostic]) -> Iterator[_Page]:
    try:
        laid_out = format_source(source)
    except PolicyError as error:
        findings.extend(error.findings)
        return
    changes = source.text != laid_out if path is None else path.read_bytes() != laid_out.encode()
    yield _Page(source, path, laid_out, changes)


def _write(pages: list[_Page]) -> None:
    for page in pages:
        if page.path is None:
            emit(page.laid_out)
        elif page.changes:
            with text_to(page.path) as stream:
                stream.write(page.laid_out)
            say(f"changed {visible(page.source.name)}")


def _differences(pages: list[_Page]) -> Iterator[Line]:
    inks = {"+": Ink.GOOD, "-": Ink.ERROR, "@": Ink.FRAME}
    for page in pages:
        name = page.source.name
        before, after = page.source.text.splitlines(), page.laid_out.splitlines()
        rows = list(difflib.unified_diff(before, after, name, name, lineterm=""))
        if not rows:
            yield line(
                (f"{visible(name)}: only its line ends or its byte order mark would change", Ink.FAINT)
            )
        for number, row in enumerate(rows):
            ink = Ink.STRONG if number < 2 else inks.get(row[:1], Ink.PLAIN)
            yield line((row[:1] + visible(row[1:]), ink))


def _sum_up(found: int, changing: int, written: bool) -> None:
    verb = "changed" if written else "would change"
    say(f"{counted(found, 'file')}, {f'{changing:,} {verb}' if changing else 'all in the canonical layout'}")

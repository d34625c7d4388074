"""`routebook init`: a project to begin with."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path

import click

from routebook.cli.options import a_path, leads_format_option
from routebook.cli.outputs import OutputError
from routebook.cli.progress import Progress
from routebook.cli.streams import STREAM, emit, say, words_of
from routebook.render.visible import visible
from routebook.starter.project import LEADS, project_for, sample_project
from routebook.starter.table import read_table
from routebook.text import counted, listed


@click.command("init")
@click.argument("folder", metavar="DIR", type=a_path)
@click.option(
    "--from",
    "leads",
    metavar="FILE",
    type=a_path,
    help="A file of leads: the policy's lead is inferred from all of its values.",
)
@leads_format_option
def command(folder: str, leads: str | None, leads_format: str | None) -> None:
    """Write a working policy, a roster, tests, settings and a CI file into DIR.

    With --from the policy fits the leads of that file: each column becomes a field with the type that all
    of its values have, and a source says how the file writes them. Nothing is ever overwritten.

    \b
    Example:
      routebook init leads
      routebook init leads --from export.csv
    """
    if folder == STREAM:
        raise click.UsageError("`-` is no folder to write into")
    if leads is None:
        texts = sample_project()
    else:
        with Progress("reading"):
            table = read_table(leads, leads_format)
        texts = project_for(table)
        if table.unread:
            say(
                f"note: {counted(table.unread, 'row')} of `{visible(leads)}` cannot be read, and are left out"
            )
    _write(Path(folder), texts)
    emit("".join(f"{visible(str(Path(folder) / name))}\n" for name in texts))
    _what_next(folder, leads)


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write all files or none: what is there already is not touched."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"`{folder}` is a file: name a folder to write into")
    there = [str(folder / name) for name in texts if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        are = "is" if len(there) == 1 else "are"
        files = listed(f"`{name}`" for name in there)
        raise OutputError(f"nothing is written: {files} {are} there already, and init overwrites nothing")
    written: list[Path] = []
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                written.append(path)
                stream.write(text)
    except BaseException as error:
        for path in written:
            with suppress(OSError):
                path.unlink()
        if isinstance(error, OSError):
            raise OutputError(f"`{folder}` cannot be written: {words_of(error)}") from None
        raise


def _what_next(folder: str, leads: str | None) -> None:
    shown = shlex.quote(visible(folder))
    example = shlex.quote(visible(str(Path(folder) / LEADS) if leads is None else leads))
    say("next:")
    say(f"  routebook check {shown}")
    say(f"  routebook test {shown}")
    if leads != STREAM:
        say(f"  routebook route {shown} --leads {example}")
    root = _repository_above(Path(folder))
    if root is not None:
        workflow = Path(folder) / ".github"
        say(f"GitHub reads workflows at the root of a repository: move `{workflow}` to `{root}`")


def _repository_above(folder: Path) -> Path | None:
    """The root of the repository that the folder is in, where that is not the folder itself."""
    real = folder.resolve()
    if (real / ".git").exists():
        return None
    return next((parent for parent in real.parents if (parent / ".git").exists()), None)

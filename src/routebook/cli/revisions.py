"""Policies as they were: `REV:path` is read from git, by git, into a folder that is gone afterwards."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from routebook.diagnostics import Diagnostic, Label, PolicyError, RoutebookError
from routebook.files import ENDING, SETTINGS_FILE
from routebook.source import Source, Span

_FILE_MODES: Final = frozenset(["100644", "100755"])
_HERE: Final = ("./", "../")


class GitError(RoutebookError):
    """Something that git does not have, or git itself is not there."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A path in a revision, as it is written: `main:policies/card`. What begins with `./` is from here."""

    text: str
    revision: str
    path: str


def revision_in(text: str) -> Revision | None:
    """The revision that an argument names; None where it is a path: what exists always is."""
    revision, colon, path = text.partition(":")
    if not colon or not revision or Path(text).exists() or Path(text).drive:
        return None
    return Revision(text, revision, path)


@contextmanager
def taken_out(revision: Revision) -> Iterator[Path]:
    """The path of a revision as a file or folder of its own, with all policies and settings around it.

    Raises `GitError` where git has no such thing. What is raised about the files names them as git does.
    """
    if revision.revision.startswith("-"):
        raise GitError(f"`{revision.revision}` is no revision")
    top = _git("rev-parse", "--show-toplevel").decode(errors="surrogateescape").rstrip("\n")
    commit = _commit(revision.revision)
    inside = _inside(revision, Path(top))
    with tempfile.TemporaryDirectory(prefix="routebook-") as folder:
        root = Path(folder).resolve()
        names = _extract(commit, top, root)
        if not (root / inside).exists():
            raise GitError(_missing(revision, inside, names))
        try:
            yield root / inside
        except PolicyError as error:
            raise PolicyError(_renamed(finding, root, revision) for finding in error.findings) from None


def _inside(revision: Revision, top: Path) -> PurePosixPath:
    """The path from the top of the repository."""
    path = Path.cwd() / revision.path if revision.path.startswith(_HERE) else top / revision.path
    try:
        inside = path.resolve().relative_to(top.resolve())
    except ValueError:
        raise GitError(f"`{revision.path}` lies outside the repository `{top}`") from None
    return PurePosixPath(inside.as_posix())


def _missing(revision: Revision, inside: PurePosixPath, names: list[str]) -> str:
    words = f"there is no `{inside}` with policies in it in `{revision.revision}`"
    prefix = _git("rev-parse", "--show-prefix").decode(errors="surrogateescape").rstrip("\n")
    here = f"{prefix}{revision.path}"
    if prefix and any(name == here or name.startswith(f"{here}/") for name in names):
        return f"{words}; from here it is `{revision.revision}:./{revision.path}`"
    return words


def _commit(revision: str) -> str:
    try:
        found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except GitError:
        raise GitError(f"git knows no revision `{revision}`") from None
    return found.decode().strip()


def _extract(commit: str, top: str, root: Path) -> list[str]:
    """Write every policy and settings file of a commit below a folder; their names are returned."""
    listed = _git("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")
    wanted: list[tuple[str, str]] = []
    for line in filter(None, listed):
        facts, _, name = line.decode(errors="surrogateescape").partition("\t")
        mode, _, blob = facts.split()
        path = PurePosixPath(name)
        if mode in _FILE_MODES and _is_ours(path):
            wanted.append((name, blob))
    given = "".join(f"{blob}\n" for _, blob in wanted).encode()
    contents = _git("cat-file", "--batch", cwd=top, given=given)
    at = 0
    for name, _ in wanted:
        end = contents.index(b"\n", at)
        size = int(contents[at:end].rsplit(b" ", 1)[1])
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(contents[end + 1 : end + 1 + size])
        at = end + size + 2
    return [name for name, _ in wanted]


def _is_ours(path: PurePosixPath) -> bool:
    """Whether it is a file that a policy consists of. A tree made by hand can hold names that lead elsewhere."""
    safe = not path.is_absolute() and not {"..", ".git"} & set(path.parts) and "\\" not in str(path)
    return safe and (path.name.endswith(ENDING) or path.name == SETTINGS_FILE)


def _git(*words: str, cwd: str | None = None, given: bytes = b"") -> bytes:
    try:
        plain = os.environ | {"LC_ALL": "C"}
        done = subprocess.run(
            ["git", *words], input=given, capture_output=True, cwd=cwd, env=plain, check=False
        )
    except OSError:
        raise GitError("git is needed to read a revision, and cannot be run") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise GitError(f"git cannot read it: {said}")
    return done.stdout


def _renamed(finding: Diagnostic, root: Path, revision: Revision) -> Diagnostic:
    """The finding with the files named as git names them."""
    sources: dict[int, Source] = {}

    def text(words: str) -> str:
        return words.replace(f"{root}/", f"{revision.revision}:").replace(str(root), f"{revision.revision}:")

    def span(place: Span) -> Span:
        source = sources.setdefault(id(place.source), Source(text(place.source.name), place.source.text))
        return Span(source, place.start, place.end)

    def maybe(place: Span | None) -> Span | None:
        return span(place) if place is not None else None

    return replace(
        finding,
        message=text(finding.message),
        help=_if(finding.help, text),
        file=_if(finding.file, text),
        span=maybe(finding.span),
        fix_at=maybe(finding.fix_at),
        related=tuple(
            Label(span(label.span), text(label.message), label.rule, label.witness)
            for label in finding.related
        ),
    )


def _if(words: str | None, change: Callable[[str], str]) -> str | None:
    return change(words) if words is not None else None

"""What a command works on: policies, rosters, sources and stores, by its options or by `routebook.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from routebook import api, files
from routebook.cli.progress import Progress
from routebook.cli.stdin import standard_input
from routebook.cli.streams import STREAM, say
from routebook.diagnostics import Diagnostic
from routebook.text import listed, nearest

NO_SOURCE: Final = "none"
"""Says that leads bear the fields' own names, whatever the settings say. No source can be called so: it is reserved."""

if TYPE_CHECKING:
    from routebook.check.targets import SourceMap
    from routebook.intake.accounts.matching import AccountMatching
    from routebook.intake.history import History
    from routebook.roster import Roster
    from routebook.settings import Settings

_RELATIVE_SQLITE: Final = re.compile(r"(sqlite(?:\+\w+)?:///)([^/:?][^?]*)(\?.*)?", re.DOTALL)


def settings_of(policy: str) -> Settings:
    """The settings that hold for a policy; for one on standard input, those of the current folder."""
    from routebook.settings import settings_for

    return settings_for(Path() if policy == STREAM else Path(policy))


def loaded(paths: Sequence[str]) -> list[tuple[files.Loaded, Settings]]:
    """Every policy and library that the paths mean, read and parsed, with the settings that hold for it."""
    from routebook.settings import settings_for

    found = []
    if STREAM in paths:
        source = standard_input()
        found.append((files.load_text(source.text, source.name), settings_of(STREAM)))
    named = [Path(path) for path in paths if path != STREAM]
    for file in files.find(named):
        found.append((files.load(file), settings_for(file.path)))
    return found


def each_once(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings without repeats: two policies that import one file find the same in it."""
    found: dict[tuple[object, ...], Diagnostic] = {}
    for finding in findings:
        place = (finding.span.start, finding.span.end) if finding.span is not None else None
        found.setdefault((finding.code, finding.file, place, finding.message), finding)
    return list(found.values())


def load_policy(policy: str, prove: bool = False, roster: Roster | None = None) -> api.Policy:
    """The one policy that an argument means. Raises `PolicyError` as `api.load` does."""
    if policy != STREAM:
        return api.load(policy, prove, roster)
    source = standard_input()
    return api.loads(source.text, source.name, prove, roster, settings_of(STREAM))


def roster_path(option: str | None, settings: Settings) -> Path | None:
    """The roster that `--roster` names, else the settings."""
    if option is not None:
        return Path(option)
    return settings.path(settings.roster) if settings.roster is not None else None


class Rosters:
    """Reads each roster once, for commands that work on several policies."""

    def __init__(self, option: str | None) -> None:
        self._option = option
        self._read: dict[Path, Roster] = {}

    def of(self, settings: Settings) -> Roster | None:
        """The roster that goes with a policy of these settings; `PolicyError` where it cannot be read."""
        path = roster_path(self._option, settings)
        if path is None:
            return None
        if path not in self._read:
            self._read[path] = read_roster(path)
        return self._read[path]


def read_roster(path: Path) -> Roster:
    """The roster in a file, or on standard input (as TOML). Raises `PolicyError`."""
    from routebook.roster import Roster

    if str(path) == STREAM:
        source = standard_input()
        return Roster.loads(source.text, source.name)
    return Roster.load(path)


def accounts_of(
    option: str | None, settings: Settings, policy: api.Policy, roster: Roster | None
) -> AccountMatching | None:
    """The accounts that `--accounts` names, else the settings, ready to match leads to; None where neither does.

    What a user should know about them is said. Raises `PolicyError` with every mistake in them.
    """
    path = option
    if path is None:
        if settings.accounts is None:
            return None
        path = str(settings.path(settings.accounts))
    from routebook.intake.accounts.matching import AccountMatching
    from routebook.intake.accounts.model import Accounts
    from routebook.render.visible import visible

    with Progress("reading the accounts"):
        tree = policy.tree
        matching = AccountMatching(Accounts.load(path), tree.schema, tree.timezone, roster)
    for note in matching.notes:
        say(f"note: {visible(note)}")
    return matching


def history_of(option: str | None, settings: Settings, policy: api.Policy) -> History | None:
    """The past leads that `--history` names, else the settings; None where neither does, or no target asks for them.

    Raises `InputError` with every mistake in them.
    """
    path = option
    if path is None:
        if settings.history is None:
            return None
        path = str(settings.path(settings.history))
    from routebook.routing import history_for
    from routebook.runtime.learning import wants_results

    if not wants_results(policy.tree):
        if option is not None:
            say("note: --history is not read: no target of the policy goes by `performance`")
        return None
    with Progress("reading the history"):
        return history_for(policy, path)


def own_source_of(option: str | None, policy: api.Policy) -> SourceMap | None:
    """As `source_of` by the policy's own settings, which are read only where something is wrong."""
    name = option if option is not None else policy.source
    if name is None or name == NO_SOURCE:
        return None
    return policy.tree.sources.get(name) or source_of(option, policy.settings, policy)


def source_of(option: str | None, settings: Settings, policy: api.Policy) -> SourceMap | None:
    """The source that `--source` names, else the settings; None where neither does, or the option says none."""
    name = option if option is not None else settings.source
    if name is None or name == NO_SOURCE:
        return None
    known = policy.tree.sources
    if name in known:
        return known[name]
    asked = "" if option is not None else f", which `{settings.path(files.SETTINGS_FILE)}` asks for"
    meant = nearest(name, known)
    if meant:
        hint = f"did you mean `{meant}`?"
    else:
        hint = f"it has {listed(f'`{each}`' for each in known)}" if known else "it has no source at all"
    raise click.UsageError(f"the policy has no source `{name}`{asked}; {hint}")


def store_of(option: str | None, settings: Settings) -> str | None:
    """The URL of the store; a relative SQLite file of the settings is beside them, one of `--store` is here."""
    if option is not None or settings.store is None:
        return option
    relative = _RELATIVE_SQLITE.fullmatch(settings.store)
    if relative is None:
        return settings.store
    start, path, rest = relative.groups()
    return f"{start}{settings.path(path).resolve()}{rest or ''}"

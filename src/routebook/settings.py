"""`routebook.toml`: what flags would set otherwise."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from routebook.diagnostics import Diagnostic, PolicyError
from routebook.files import SETTINGS_FILE, settings_file
from routebook.lint.kinds import INVALID_SETTINGS
from routebook.lint.model import Level
from routebook.text import nearest, read_span

_MISFIT: Final = "settings"
"""The type that pydantic's errors carry where the words are already ours, each with its help."""

_WORDS: Final = "words"
"""The type of those whose words are ours and follow the setting's name."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _wrong(words: str) -> PydanticCustomError:
    return PydanticCustomError(_WORDS, "{words}", {"words": words})


def _span(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = read_span(value) if isinstance(value, str) else None
    if found is None:
        raise _wrong(f"`{value}` is not a length of time such as 30d, 12h, 15m or 10s")
    return found


Span = Annotated[timedelta, BeforeValidator(_span)]


class Destination(BaseModel):
    """Where notices go: a webhook by its `url`, or a `file` of JSON lines (`-` is standard output).

    `secret` is the name of the environment variable that holds what a webhook is signed with; `attempts` how
    often a notice is tried before it is given up, `timeout` how long an answer may take.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = None
    secret: str | None = None
    file: str | None = None
    timeout: Span = timedelta(seconds=10)
    attempts: Annotated[int, Field(ge=1, le=100, strict=True)] = 12

    @field_validator("url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            well_formed = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            well_formed = False
        if not well_formed or not url.isascii() or not url.isprintable() or " " in url:
            raise _wrong(f"`{url}` is not an address that begins with https:// or http://")
        if "@" in parts.netloc:
            raise _wrong("it holds a password, which anybody who reads the settings would know; leave it out")
        return url

    @field_validator("secret")
    @classmethod
    def _variable(cls, secret: str | None) -> str | None:
        # what is wrong is not repeated: it may be the secret itself
        if secret is not None and not _VARIABLE.fullmatch(secret):
            raise _wrong("it has to be the name of an environment variable, which holds the secret")
        return secret

    @field_validator("timeout")
    @classmethod
    def _patience(cls, timeout: timedelta) -> timedelta:
        if timeout > timedelta(minutes=5):
            raise _wrong("an answer may take 5 minutes at most")
        return timeout

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise _wrong("it needs either a `url` or a `file`")
        if self.url is not None and self.secret is None:
            raise _wrong(
                'it needs a `secret`, the name of an environment variable: secret = "ROUTEBOOK_SECRET"'
            )
        if self.file is not None and (self.secret is not None or not self.file):
            raise _wrong("a `file` needs a name, and no `secret`")
        return self


class Settings(BaseModel):
    """The settings of a project. Paths are kept as they are written, relative to `folder`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roster: str | None = None
    accounts: str | None = None
    history: str | None = None
    store: str | None = None
    source: str | None = None
    lint: dict[str, Level] = Field(default_factory=dict)
    handoff: tuple[str, ...] = ()
    statuses: dict[str, str] = Field(default_factory=dict)
    notify: dict[str, Destination] = Field(default_factory=dict)
    dedupe: dict[str, Span] = Field(default_factory=dict)
    folder: Path = Field(default=Path(), exclude=True)

    @field_validator("lint")
    @classmethod
    def _findings_that_exist(cls, levels: dict[str, Level]) -> dict[str, Level]:
        if not levels:
            return levels
        # the table of findings takes a while to import, and most settings name none
        from routebook.lint.levels import problem_with

        problems = [found for word in levels if (found := problem_with(word, levels)) is not None]
        if problems:
            words = "; ".join(message for message, _ in problems)
            raise PydanticCustomError(_MISFIT, "{words}", {"words": words, "problems": tuple(problems)})
        return levels

    @field_validator("notify")
    @classmethod
    def _names(cls, destinations: dict[str, Destination]) -> dict[str, Destination]:
        for name in destinations:
            if not _NAME.fullmatch(name):
                raise _wrong(f"`{name}` is no name for a destination: letters, digits, `_` and `-` will do")
        return destinations

    def path(self, name: str) -> Path:
        """A path of the settings, from where they stand."""
        return self.folder / name


def settings_for(start: Path) -> Settings:
    """The settings that hold for a policy: those of the nearest `routebook.toml`, going up, else none.

    Raises `PolicyError` where that file is wrong.
    """
    path = settings_file(start)
    return read_settings(path) if path is not None else Settings()


def read_settings(path: Path, text: str | None = None) -> Settings:
    """Read a settings file, whose text may be known already. Raises `PolicyError` with all that is wrong in it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8") if text is None else text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PolicyError([_finding(path, f"`{SETTINGS_FILE}` cannot be read: {reason}", None)]) from error
    if "folder" in data:
        raise PolicyError([_finding(path, "there is no setting `folder`", None)])
    try:
        return Settings(**data, folder=path.parent)
    except ValidationError as error:
        explained = [words for problem in error.errors() for words in _explain(problem)]
        raise PolicyError(_finding(path, message, help) for message, help in explained) from error


def _explain(problem: Any) -> list[tuple[str, str | None]]:
    """What pydantic found, as messages with what to do about them."""
    if problem["type"] == _MISFIT:
        return [*problem["ctx"]["problems"]]
    place = [str(part) for part in problem["loc"]]
    name = ".".join(place)
    if problem["type"] == "extra_forbidden":
        known: Iterable[str] = Destination.model_fields if place[0] == "notify" else Settings.model_fields
        meant = nearest(place[-1], known)
        return [(f"there is no setting `{name}`", f"did you mean `{meant}`?" if meant else None)]
    words = str(problem["msg"]) if problem["type"] == _WORDS else str(problem["msg"]).lower()
    return [(f"the setting `{name}` is wrong: {words}", None)]


def _finding(path: Path, message: str, help: str | None) -> Diagnostic:
    return Diagnostic(INVALID_SETTINGS, message, help=help, file=str(path))

"""`routebook.toml`: what flags would set otherwise."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from routebook.diagnostics import Diagnostic, PolicyError
from routebook.files import SETTINGS_FILE, settings_file
from routebook.lint.kinds import INVALID_SETTINGS
from routebook.lint.model import Level
from routebook.text import nearest

_MISFIT: Final = "settings"
"""The type that pydantic's errors carry where the words are already ours."""


class Settings(BaseModel):
    """The settings of a project. Paths are kept as they are written, relative to `folder`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roster: str | None = None
    accounts: str | None = None
    store: str | None = None
    source: str | None = None
    lint: dict[str, Level] = Field(default_factory=dict)
    handoff: tuple[str, ...] = ()
    statuses: dict[str, str] = Field(default_factory=dict)
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

    def path(self, name: str) -> Path:
        """A path of the settings, from where they stand."""
        return self.folder / name


def settings_for(start: Path) -> Settings:
    """The settings that hold for a policy: those of the nearest `routebook.toml`, going up, else none.

    Raises `PolicyError` where that file is wrong.
    """
    path = settings_file(start)
    return read_settings(path) if path is not None else Settings()


def read_settings(path: Path) -> Settings:
    """Read a settings file. Raises `PolicyError` with everything that is wrong in it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
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
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        meant = nearest(name, Settings.model_fields)
        return [(f"there is no setting `{name}`", f"did you mean `{meant}`?" if meant else None)]
    return [(f"the setting `{name}` is wrong: {str(problem['msg']).lower()}", None)]


def _finding(path: Path, message: str, help: str | None) -> Diagnostic:
    return Diagnostic(INVALID_SETTINGS, message, help=help, file=str(path))

"""The roster: reps, and the pools that policies draw from, as frozen pydantic models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from routebook.roster.calendar import Calendar
from routebook.roster.days import DayRange, calendar_problem, read_away
from routebook.roster.hours import Hours, read_hours
from routebook.roster.problems import Path, Problem, misfit
from routebook.source import Span
from routebook.text import nearest

EVERYBODY: Final = "all"
"""The pool that nobody declares: every active rep, in the roster's order."""

POOL_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
"""The names of pools that a policy can write."""


class OnReturn(StrEnum):
    """What coming back means for a rep who was away, for turns in a rotation."""

    RESUME = "resume"
    AVERAGE = "average"
    CATCH_UP = "catch_up"


class RotationScope(StrEnum):
    """Whose rotation a pool's turns are: the pool's own, one for each rule, or the whole roster's."""

    POOL = "pool"
    RULE = "rule"
    GLOBAL = "global"


def _zone(raw: Any) -> Any:
    if raw is None or isinstance(raw, ZoneInfo):
        return raw
    if isinstance(raw, str):
        try:
            return ZoneInfo(raw)
        except (OSError, ValueError, LookupError):
            pass
    raise misfit([_unknown_zone(raw)])


def _unknown_zone(raw: Any) -> Problem:
    from zoneinfo import available_timezones

    zones = available_timezones()
    by_city = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones)}
    word = str(raw).replace(" ", "_")
    close = nearest(word, zones) or by_city.get(word.rpartition("/")[2].casefold())
    help = f"did you mean `{close}`?" if close else 'zones are named as in "Europe/Berlin"'
    return Problem((), f"there is no time zone `{raw}`", help)


def _hours(raw: Any) -> Any:
    if raw is None or isinstance(raw, Hours):
        return raw
    hours, problems = read_hours(raw)
    if problems:
        raise misfit(problems)
    return hours


def _away(raw: Any) -> Any:
    ranges, problems = read_away(raw)
    if problems:
        raise misfit(problems)
    return ranges


def _holidays(raw: Any) -> Any:
    if isinstance(raw, str) and (problem := calendar_problem(raw)):
        raise misfit([problem])
    return raw


def _listed(raw: Any) -> Any:
    return tuple(raw) if isinstance(raw, list) else raw


Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
Weight = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]

_FROZEN: Final = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Caps(BaseModel):
    """The most leads that a rep gets in a day and in a week (from Monday), by the rep's own calendar."""

    model_config = _FROZEN

    day: Count | None = None
    week: Count | None = None


class Rep(BaseModel):
    """One rep. Keys beyond these are the fields that a policy's `rep { … }` declares, as the roster has them.

    `hours` is None where the roster gives none; `weight` 0 is paused; `capacity` is the most leads open at
    once, None for no limit; `timezone` None is the roster's.
    """

    model_config = ConfigDict(frozen=True, extra="allow", arbitrary_types_allowed=True)

    id: Annotated[str, Field(strict=True, min_length=1)]
    name: str | None = None
    email: str | None = None
    timezone: Zone | None = None
    hours: Annotated[Hours | None, BeforeValidator(_hours)] = None
    holidays: Annotated[str | None, BeforeValidator(_holidays)] = None
    away: Annotated[tuple[DayRange, ...], BeforeValidator(_away)] = ()
    weight: Weight = 1
    capacity: Count | None = None
    caps: Caps = Caps()
    active: Annotated[bool, Field(strict=True)] = True

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the roster says about the rep beyond the keys that every rep has."""
        return self.__pydantic_extra__ or {}


REP_KEYS: Final = tuple(name for name in Rep.model_fields if name != "id")
"""The keys that every roster knows for a rep."""


class Pool(BaseModel):
    """A pool: its members in the declared order, and how its rotation treats them.

    `catch_up` is the most extra leads that `on_return = "catch_up"` gives.
    """

    model_config = _FROZEN

    members: Annotated[tuple[Annotated[str, Field(strict=True)], ...], BeforeValidator(_listed)]
    on_return: OnReturn = OnReturn.RESUME
    scope: RotationScope = RotationScope.POOL
    catch_up: Annotated[int, Field(strict=True, ge=1, le=1000)] = 3


class Roster(BaseModel):
    """Reps by id, in the roster's order, and pools by name. Immutable.

    `text` is a roster file that says the same; `digest` is `sha256:` and the hash of what the roster means,
    which neither layout nor comments change.
    """

    model_config = _FROZEN

    timezone: Zone = ZoneInfo("UTC")
    pools: dict[str, Pool] = {}
    reps: dict[str, Rep]

    _text: str = PrivateAttr("")
    _digest: str = PrivateAttr("")
    _spans: Callable[[Path, bool], Span] | None = PrivateAttr(None)
    _calendars: dict[str, Calendar] = PrivateAttr(default_factory=dict)

    @classmethod
    def load(cls, path: str | FilePath) -> Roster:
        """The roster in a TOML file, or of a CSV table of reps; `-` is no path here.

        Raises PolicyError with every mistake, and where the file cannot be read.
        """
        from routebook.roster.read import load_roster

        return load_roster(FilePath(path))

    @classmethod
    def loads(cls, text: str, name: str = "<roster>") -> Roster:
        """The roster that this TOML says; findings call it `name`. Raises PolicyError with every mistake."""
        from routebook.roster.read import read_toml

        return read_toml(text, name)

    @property
    def text(self) -> str:
        if not self._text:
            from routebook.roster.canon import as_toml

            self._text = as_toml(self)
        return self._text

    @property
    def digest(self) -> str:
        if not self._digest:
            from routebook.roster.canon import digest_of

            self._digest = digest_of(self)
        return self._digest

    def span(self, *path: str | int, key: bool = False) -> Span | None:
        """Where `path`, such as `"reps", "ana", "weight"`, stands in the text; None for a roster without one.

        It is the value's place, or the key's; what is not there has the place of what it would be in.
        """
        return None if self._spans is None else self._spans(path, key)

    def has_pool(self, name: str) -> bool:
        return name == EVERYBODY or name in self.pools

    def pool(self, name: str) -> Pool:
        """The pool of that name, `all` included. Raises KeyError where there is none."""
        if name == EVERYBODY:
            return Pool(members=tuple(rep.id for rep in self.reps.values() if rep.active))
        return self.pools[name]

    def members(self, name: str) -> tuple[Rep, ...]:
        """A pool's members in the declared order, those who are not active included (but in `all`)."""
        return tuple(self.reps[id] for id in self.pool(name).members)

    def zone_of(self, rep: Rep) -> ZoneInfo:
        return rep.timezone or self.timezone

    def calendar(self, id: str) -> Calendar:
        """When that rep works. Raises KeyError where there is no such rep."""
        calendar = self._calendars.get(id)
        if calendar is None:
            rep = self.reps[id]
            calendar = Calendar(self.zone_of(rep), rep.hours, rep.holidays, rep.away)
            self._calendars[id] = calendar
        return calendar

"""Reading rosters: every mistake is found at once, and each has its place in the text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path as FilePath
from typing import Any, Final, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from routebook.diagnostics import Diagnostic, PolicyError, in_order
from routebook.roster import problems
from routebook.roster.model import EVERYBODY, POOL_NAME, OnReturn, Pool, Rep, Roster, RotationScope
from routebook.roster.places import Place, places_of
from routebook.roster.problems import INVALID_ROSTER, Path, Problem
from routebook.roster.table import read_table
from routebook.source import Source, Span
from routebook.text import nearest

_M = TypeVar("_M", bound=BaseModel)
_TOP: Final = ("timezone", "pools", "reps")
_SAMPLE: Final = 'a rep is written as: [reps.ana] name = "Ana Pop"'
_AT: Final = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$")

_WANTS: Final[Mapping[str, str]] = {
    "name": "a text",
    "email": "a text",
    "timezone": 'a time zone, such as "Europe/Berlin"',
    "holidays": 'the code of a holiday calendar, such as "RO" or "US-CA"',
    "weight": "a whole number, 0 (paused) or more",
    "capacity": "a whole number, 0 or more",
    "day": "a whole number, 0 or more",
    "week": "a whole number, 0 or more",
    "caps": "a table, such as { day = 10, week = 40 }",
    "active": "true or false",
    "members": 'a list of rep ids, such as ["ana", "bogdan"]',
    "on_return": "one of " + ", ".join(OnReturn),
    "scope": "one of " + ", ".join(RotationScope),
    "catch_up": "a whole number from 1 to 1000",
}


def load_roster(path: FilePath) -> Roster:
    """The roster in a file; a name that ends in `.csv` is a table of reps. Raises PolicyError."""
    text = _read_file(path, "roster")
    if path.suffix.lower() == ".csv":
        return _read_csv(Source(str(path), text))
    return read_toml(text, str(path), path.parent)


def read_toml(text: str, name: str, folder: FilePath | None = None) -> Roster:
    """The roster that this TOML says; a table of reps that it names is in `folder`. Raises PolicyError."""
    source = Source(name, text.removeprefix("\ufeff"))
    try:
        raw = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError([_toml_finding(source, str(error))]) from None
    reader = _Reader(source, places_of(source))
    inline = not isinstance(raw.get("reps"), str)
    if not inline:
        raw = _with_table(reader, raw, folder or FilePath())
    roster = reader.roster(raw)
    if inline:
        roster._text = source.text
    return roster


def _read_csv(source: Source) -> Roster:
    reader = _Reader(source, {})
    table = read_table(source)
    reader.places.update(table.places)
    for problem, span in table.problems:
        reader.add(problem, span)
    return reader.roster(
        {"reps": table.reps, "pools": {pool: {"members": ids} for pool, ids in table.pools.items()}}
    )


def _with_table(reader: _Reader, raw: dict[str, Any], folder: FilePath) -> dict[str, Any]:
    """The same with the reps of the table that `reps = "reps.csv"` names in their place."""
    span = reader.span(("reps",))
    path = folder / raw["reps"]
    try:
        text = _read_file(path, "table of reps")
    except PolicyError as error:
        finding = error.findings[0]
        raise PolicyError([Diagnostic(INVALID_ROSTER, finding.message, span, help=finding.help)]) from None
    table = read_table(Source(str(path), text))
    reader.places.update(table.places)
    for problem, place in table.problems:
        reader.add(problem, place)
    pools = raw.get("pools", {})
    if isinstance(pools, dict):
        pools = {pool: {"members": ids} for pool, ids in table.pools.items()} | pools
    return raw | {"reps": table.reps, "pools": pools}


def _read_file(path: FilePath, what: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        _refuse(path, f"the {what} `{path}` does not exist", "look at the path, or write the file")
    except IsADirectoryError:
        _refuse(path, f"`{path}` is a folder, not a {what}", "name the file in it, such as roster.toml")
    except UnicodeDecodeError as error:
        _refuse(path, f"the {what} `{path}` is not UTF-8 text (at byte {error.start})", "save it as UTF-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _refuse(
            path,
            f"the {what} `{path}` cannot be read: {reason.lower()}",
            "look at the path and its permissions",
        )


def _refuse(path: FilePath, message: str, help: str) -> NoReturn:
    raise PolicyError([Diagnostic(INVALID_ROSTER, message, help=help, file=str(path))]) from None


def _toml_finding(source: Source, message: str) -> Diagnostic:
    found = _AT.match(message)
    words = (found[1] if found else message).rstrip(".")
    words = words[:1].lower() + words[1:]
    end = len(source.text)
    span = Span(source, end, end)
    if found and found[2]:
        line = min(int(found[2]), source.line_count)
        start = source.line_start(line)
        stop = start + len(source.line_text(line))
        whole = words.startswith("cannot")  # these are reported where the statement ends
        span = Span(source, start if whole else min(start + int(found[3]) - 1, stop), stop)
    if words.startswith("cannot"):
        words = "this name has been given already"
    elif words == "invalid date or datetime":
        words = "there is no such date"
    return Diagnostic(
        INVALID_ROSTER, f"the roster is not valid TOML: {words}", span, help="see https://toml.io"
    )


class _Reader:
    """Reads one roster, gathering what is wrong with it."""

    def __init__(self, source: Source, places: dict[Path, Place]) -> None:
        self._source = source
        self.places = places
        self._findings: list[Diagnostic] = []

    def roster(self, raw: Mapping[str, Any]) -> Roster:
        """The roster that the file's content stands for. Raises PolicyError with all that was found."""
        for key in raw:
            if key not in _TOP:
                self._unknown_key((key,), _TOP, "a roster")
        reps = self._reps(raw.get("reps", {}))
        pools = self._pools(raw.get("pools", {}), raw.get("reps", {}))
        zone = self._model(Roster, {"timezone": raw.get("timezone", "UTC"), "reps": {}}, ())
        if self._findings:
            raise PolicyError(in_order(self._findings))
        assert zone is not None
        roster = Roster(timezone=zone.timezone, pools=pools, reps=reps)
        roster._spans = self.span
        return roster

    def add(self, problem: Problem, span: Span | None = None) -> None:
        self._findings.append(
            Diagnostic(
                INVALID_ROSTER,
                problem.message,
                span or self.span(problem.path, problem.key),
                help=problem.help,
            )
        )

    def span(self, path: Path, key: bool = False) -> Span:
        """Where a path's value stands, or its key; of the nearest enclosing thing that has a place."""
        for length in range(len(path), 0, -1):
            place = self.places.get(path[:length])
            if place is not None:
                return place.key if key or place.value is None or length < len(path) else place.value
        return Span(self._source, 0, 0)

    def _reps(self, raw: Any) -> dict[str, Rep]:
        if not isinstance(raw, Mapping):
            self.add(
                Problem(
                    ("reps",),
                    f"`reps` cannot be {_shown(raw)}",
                    f'{_SAMPLE}; or name a table: reps = "reps.csv"',
                )
            )
            return {}
        if not raw and not self._findings:
            what = "the roster is empty" if not self._source.text.strip() else "the roster has no reps"
            self.add(Problem((), f"{what}: nobody could be given a lead", _SAMPLE))
        found = {}
        for id, values in raw.items():
            path: Path = ("reps", id)
            if not isinstance(values, Mapping):
                self.add(Problem(path, f"the rep `{id}` cannot be {_shown(values)}", _SAMPLE))
                continue
            if "id" in values:
                words = f"the rep `{id}` is given a second id"
                self.add(
                    Problem((*path, "id"), words, "the name of its table is its id: leave `id` out", key=True)
                )
            if not id.strip():
                self.add(Problem(path, "a rep's id cannot be empty", _SAMPLE, key=True))
                continue
            rep = self._model(Rep, {**values, "id": id}, path)
            if rep is not None:
                found[id] = rep
        return found

    def _pools(self, raw: Any, reps: Any) -> dict[str, Pool]:
        if not isinstance(raw, Mapping):
            sample = 'a pool is written as: [pools.smb] members = ["ana", "bogdan"]'
            self.add(Problem(("pools",), f"`pools` cannot be {_shown(raw)}", sample))
            return {}
        found = {}
        for name, values in raw.items():
            path: Path = ("pools", name)
            if name == EVERYBODY:
                help = "it is every active rep, in the roster's order: give this pool another name"
                self.add(Problem(path, "the pool `all` cannot be declared", help, key=True))
            elif not re.fullmatch(POOL_NAME, name):
                tidy = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
                help = "names are letters, digits and `_`, and begin with no digit"
                help += f": write `{tidy}`" if re.fullmatch(POOL_NAME, tidy) else ""
                self.add(Problem(path, f"no policy can name the pool `{name}`", help, key=True))
            pool = self._model(Pool, values, path)
            if pool is not None:
                found[name] = pool
            members = values.get("members") if isinstance(values, Mapping) else None
            if isinstance(members, list) and isinstance(reps, Mapping):
                self._members(name, members, reps)
        return found

    def _members(self, name: str, members: list[Any], reps: Mapping[str, Any]) -> None:
        seen: set[str] = set()
        for index, member in enumerate(members):
            if not isinstance(member, str):
                continue
            path: Path = ("pools", name, "members", index)
            if member not in reps:
                close = nearest(member, reps)
                help = (
                    f"did you mean `{close}`?"
                    if close
                    else f"members are ids of reps: write [reps.{member}], or take it out"
                )
                self.add(
                    Problem(
                        path, f"the pool `{name}` has a member `{member}`, but there is no such rep", help
                    )
                )
            elif member in seen:
                self.add(
                    Problem(
                        path,
                        f"the pool `{name}` has the member `{member}` twice",
                        "to give more leads, set `weight`",
                    )
                )
            seen.add(member)

    def _model(self, model: type[_M], raw: Any, path: Path) -> _M | None:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._say(details, path, model)
        return None

    def _say(self, details: ErrorDetails, above: Path, model: type[BaseModel]) -> None:
        path = (*above, *details["loc"])
        key = str(path[-1]) if path else ""
        what = f"{above[0][:-1]} `{above[1]}`" if above and isinstance(above[0], str) else "roster"
        match details["type"]:
            case problems.MISFIT:
                for problem in details["ctx"]["problems"]:
                    whose = f" ({what})" if above else ""
                    self.add(
                        Problem((*path, *problem.path), problem.message + whose, problem.help, problem.key)
                    )
            case "missing":
                self.add(Problem(above, f"the {what} has no `{key}`", f"`{key}` is {_WANTS[key]}"))
            case "extra_forbidden":
                owner = model if len(path) == len(above) + 1 else model.model_fields[str(path[-2])].annotation
                known = getattr(owner, "model_fields", {})
                self._unknown_key(path, tuple(known), f"the {what}")
            case _:
                name = next((part for part in reversed(path) if part in _WANTS), key)
                value = _shown(details["input"])
                self.add(
                    Problem(
                        path, f"`{name}` of the {what} cannot be {value}", _help(str(name), details["input"])
                    )
                )

    def _unknown_key(self, path: Path, known: tuple[str, ...], what: str) -> None:
        close = nearest(str(path[-1]), known)
        help = f"did you mean `{close}`?" if close else f"the keys here are {', '.join(known)}"
        self.add(Problem(path, f"{what} has no key `{path[-1]}`", help, key=True))


def _help(name: str, given: Any) -> str:
    wanted = f"it is {_WANTS[name]}" if name in _WANTS else ""
    options = {"on_return": OnReturn, "scope": RotationScope}.get(name)
    if options is not None and isinstance(given, str):
        close = nearest(given, list(options))
        return f"did you mean `{close}`?" if close else wanted
    return wanted


def _shown(value: Any) -> str:
    """A value as TOML writes it, in backticks, short enough for a message."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = f'"{value}"'
        case date() | time():
            text = value.isoformat()
        case list() | tuple():
            text = "[…]" if value else "[]"
        case Mapping():
            text = "{…}" if value else "{}"
        case _:
            text = str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"

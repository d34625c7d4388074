"""Options that several commands take, each worded once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final, TypeVar

import click

from routebook.cli.streams import STREAM

F = TypeVar("F", bound=Callable[..., Any])


def a_path(value: str) -> str:
    """A path as it is typed; the command that opens it says what is wrong with it, in its own words."""
    if not value:
        raise click.BadParameter("a path cannot be empty")
    if "\0" in value:
        raise click.BadParameter("a path cannot have a NUL character in it")
    return value


def a_moment(value: str) -> datetime:
    """A date and time in ISO 8601 with its offset from UTC."""
    try:
        moment = datetime.fromisoformat(value.strip())
        offset = moment.utcoffset()
    except (ValueError, OverflowError):
        raise click.BadParameter(f"`{value}` is not a date and time such as 2026-03-02T10:00Z") from None
    if offset is None:
        whole = len(value.strip()) > len("2026-03-02")
        lacks = f"offset from UTC: write {value}Z" if whole else f"time of day: write {value}T00:00Z"
        raise click.BadParameter(f"`{value}` has no {lacks}")
    return moment


_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def a_duration(value: str) -> float:
    """A length of time such as `30s` or `1m30s`, in seconds."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", value)
    if not parts or "".join(number + unit for number, unit in parts) != value.strip():
        raise click.BadParameter(f"`{value}` is not a length of time such as 30s, 1m30s or 500ms")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


paths_argument = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=a_path)
policy_argument = click.argument("policy", metavar="POLICY", type=a_path)

roster_option = click.option(
    "--roster", metavar="FILE", type=a_path, help="The roster: who the reps are, and the pools."
)
accounts_option = click.option(
    "--accounts", metavar="FILE", type=a_path, help="The accounts that leads are matched to: CSV."
)
history_option = click.option(
    "--history",
    metavar="FILE",
    type=a_path,
    help="Past leads with their results, which `performance` learns from: CSV or JSON Lines.",
)
store_option = click.option(
    "--store", metavar="URL", help="The database that assignments are kept in, such as sqlite:///leads.db."
)
source_option = click.option(
    "--source",
    metavar="NAME",
    help="The source block of the policy that says how the leads are written; `none` for the fields' own names.",
)
now_option = click.option(
    "--now", metavar="MOMENT", type=a_moment, help="Decide as of this moment, such as 2026-03-02T10:00Z."
)
output_option = click.option(
    "--output",
    metavar="FILE",
    type=a_path,
    help="Write here: .jsonl, .csv or .parquet; without it JSON Lines to stdout.",
)
rejects_option = click.option(
    "--rejects", metavar="FILE", type=a_path, help="Write the leads that do not fit here: .jsonl."
)
strict_option = click.option("--strict", is_flag=True, help="Exit with 1 where some lead does not fit.")


class Budget:
    """How long proofs may take in all, in seconds; None for as long as they take. It runs from now."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else monotonic() + seconds

    def left(self) -> float | None:
        """How many seconds are left of it."""
        return None if self._end is None else max(0.0, self._end - monotonic())


def budget_option(left_open: str = "ends as RB303") -> Callable[[F], F]:
    """`--budget`; the help says what becomes of what is left open."""
    return click.option(
        "--budget",
        metavar="TIME",
        type=a_duration,
        help=f"Spend no more than this on proofs, such as 30s; what is left open {left_open}.",
    )


def leads_option(decorated: F) -> F:
    """`--leads` and `--leads-format`."""
    named = click.option(
        "--leads",
        metavar="FILE",
        type=a_path,
        required=True,
        help="The leads: CSV, JSON, JSON Lines, Parquet.",
    )
    return named(leads_format_option(decorated))


def leads_format_option(decorated: F) -> F:
    """`--leads-format`, with the formats that there are."""
    from routebook.intake.readers.formats import FORMATS

    option = click.option(
        "--leads-format",
        type=click.Choice(sorted(row.name for row in FORMATS)),
        help="The format of the leads, where the name's ending does not say it.",
    )
    return option(decorated)


def format_option(formats: Sequence[Any], default: str = "text") -> Callable[[F], F]:
    """`--format`, with the formats that `render` has for this kind of result (rows with `name` and `doc`)."""
    lines = "; ".join(f"{row.name}: {row.doc}" for row in formats)
    return click.option(
        "--format",
        "format_",
        type=click.Choice([row.name for row in formats]),
        default=default,
        show_default=True,
        help=f"{lines}.",
    )


def read_once(*paths: str | None) -> None:
    """Refuse to read two things from standard input."""
    if sum(path == STREAM for path in paths) > 1:
        raise click.UsageError("`-` is given twice: standard input can be read only once")

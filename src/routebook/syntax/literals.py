"""Reading tokens into literals, and the places of nodes: what the tree builder stands on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from lark import Token

from routebook.diagnostics import Diagnostic, Kind
from routebook.source import Source, Span
from routebook.syntax import kinds
from routebook.syntax import tree as t
from routebook.types import MAX_DIGITS

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
MAX_DURATION: Final = timedelta(days=3660)


class _Reading(threading.local):
    """What is being read on this thread: nodes need the source, and mistakes in literals a place to go."""

    source: Source
    findings: list[Diagnostic]
    items: list[t.Item]


_reading = _Reading()


@contextmanager
def reading(source: Source, items: list[t.Item], findings: list[Diagnostic]) -> Iterator[None]:
    """Let the builder put the items of `source` into `items`, and what is wrong with literals into `findings`."""
    _reading.source, _reading.items, _reading.findings = source, items, findings
    try:
        yield
    finally:
        del _reading.source, _reading.items, _reading.findings


def _start(child: Any) -> int | None:
    match child:
        case Token():
            return cast(int, child.start_pos)
        case t.Node():
            return child.span.start
        case tuple() | list():
            return next((start for item in child if (start := _start(item)) is not None), None)
    return None


def _end(child: Any) -> int | None:
    match child:
        case Token():
            return cast(int, child.end_pos)
        case t.Node():
            return child.span.end
        case tuple() | list():
            return next((end for item in reversed(child) if (end := _end(item)) is not None), None)
    return None


def span_of(children: Iterable[Any]) -> Span:
    """From the start of the first child that has a place to the end of the last."""
    parts = list(children)
    start, end = _start(parts), _end(parts)
    if start is None or end is None:
        return Span(_reading.source, 0, 0)
    return Span(_reading.source, start, end)


def keep(item: t.Item) -> None:
    """Put a whole item among those of the file that this thread reads."""
    _reading.items.append(item)


def say(
    span: Span,
    message: str,
    label: str = "",
    help: str | None = None,
    kind: Kind = kinds.INVALID_LITERAL,
    fix: str | None = None,
) -> None:
    """Report a mistake in what is being read; a `fix` replaces it."""
    fix_at = span if fix is not None else None
    _reading.findings.append(Diagnostic(kind, message, span, label, help=help, fix=fix, fix_at=fix_at))


def name(token: Token) -> t.Name:
    return t.Name(span_of([token]), str(token))


def text(token: Token | None) -> t.Literal:
    if token is None:
        raise AssertionError("the grammar gives a text here")
    span = span_of([token])
    try:
        value = json.loads(str(token), strict=False)
        value.encode("utf-8")
    except (ValueError, UnicodeEncodeError):
        say(
            span, f"`{token}` has an escape that texts do not know", "not a valid text",
            'escapes are as in JSON: `\\"`, `\\\\`, `\\n`, `\\t`, `\\u00e9`; write a backslash as `\\\\`',
        )  # fmt: skip
        value = str(token)[1:-1]
    return t.Literal(span, value)


def refuse_backspaces(pattern: t.Node) -> None:
    """Report `\\b` in a pattern: meant for the border of a word, it is JSON's backspace, which nothing matches."""
    if isinstance(pattern, t.Literal) and isinstance(pattern.value, str) and "\b" in pattern.value:
        say(
            pattern.span, "this pattern finds nothing: `\\b` in a text is a backspace", "never in a text",
            "the border of a word is written `\\\\b`: in a text a backslash stands twice",
        )  # fmt: skip


def optional_text(token: Token | None) -> t.Literal | None:
    return None if token is None else text(token)


def number(children: list[Any]) -> t.Literal:
    """A number with its sign, where it has one."""
    *sign, token = [child for child in children if child is not None]
    digits = str(token).replace("_", "")
    span = span_of([*sign, token])
    value: int | Decimal
    whole, _, fraction = digits.partition(".")
    if max(len(whole.lstrip("0")), len(fraction)) > MAX_DIGITS:
        say(
            span, f"the number `{_clip(str(token))}` is too long",
            f"more than {MAX_DIGITS} digits before or after the point", "round it",
        )  # fmt: skip
        value = 0
    else:
        value = Decimal(digits) if fraction else int(digits)
    return t.Literal(span, -value if sign else value, ("-" if sign else "") + str(token))


def _clip(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _date(token: Token) -> t.Literal:
    year, month, day = str(token).split("-")
    if len(month) == len(day) == 2:
        return _calendar(token, date.fromisoformat, date(2000, 1, 1), "date", "YYYY-MM-DD, as `2026-01-31`")
    span, written = span_of([token]), f"{year}-{month:0>2}-{day:0>2}"
    say(
        span, f"`{token}` is no date", "not a date", f"a date is written YYYY-MM-DD: `{written}`", fix=written
    )
    return t.Literal(span, date(2000, 1, 1))


def _time(token: Token) -> t.Literal:
    padded = str(token) if len(str(token).partition(":")[0]) == 2 else f"0{token}"
    return _calendar(token, lambda _: time.fromisoformat(padded), time(0), "time of day", "HH:MM, as `09:30`")


def _moment(token: Token) -> t.Literal:
    def read(text: str) -> t.Moment:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment.astimezone(tz=None)
        return t.Moment(moment)

    example = "YYYY-MM-DDTHH:MM and an offset, as `2026-01-31T09:30Z`"
    return _calendar(token, read, t.Moment(datetime(2000, 1, 1)), "date and time", example)  # noqa: DTZ001


def _calendar(
    token: Token, read: Callable[[str], t.LiteralValue], instead: t.LiteralValue, what: str, example: str
) -> t.Literal:
    span = span_of([token])
    try:
        return t.Literal(span, read(str(token)))
    except (ValueError, OverflowError) as error:
        say(span, f"`{token}` is no {what}", _reason(error), f"a {what} is written {example}")
        return t.Literal(span, instead)


def _reason(error: Exception) -> str:
    text = str(error)
    if "offset" in text:
        return "no such offset"
    known = ("day", "month", "year", "hour", "minute", "second")
    return next((f"no such {part}" for part in known if part in text), "no such moment")


def duration(token: Token) -> t.Duration:
    """A duration such as `90m`, `2h`, `3d` or `2w`."""
    written = str(token)
    span = span_of([token])
    digits = written[:-1].replace("_", "")
    if len(digits) <= 9:
        value = timedelta(**{_UNITS[written[-1]]: int(digits)})
        if timedelta(0) < value <= MAX_DURATION:
            return t.Duration(span, value, written)
    say(
        span, f"`{_clip(written)}` is no duration that can be kept", "not a duration",
        f"durations go from `1m` up to ten years, `{MAX_DURATION.days}d`",
    )  # fmt: skip
    return t.Duration(span, timedelta(minutes=1), written)


_LITERALS: Final[dict[str, Callable[[Token], t.Literal]]] = {
    "STRING": text,
    "INT": lambda token: number([token]),
    "DECIMAL": lambda token: number([token]),
    "DATE": _date,
    "TIME": _time,
    "DATETIME": _moment,
    "TRUE": lambda token: t.Literal(span_of([token]), True),
    "FALSE": lambda token: t.Literal(span_of([token]), False),
}


def literal(token: Token) -> t.Literal:
    return _LITERALS[token.type](token)


def percent(token: Token) -> t.Literal:
    """The share of an arm; its value is the number of percent."""
    share = number([Token("DECIMAL", str(token)[:-1], token.start_pos, end_pos=token.end_pos)])
    return t.Literal(share.span, Decimal(share.value), str(token))  # type: ignore[arg-type]

"""Slips in numbers, dates, times, durations, shares and ranges."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.source import Span
from routebook.syntax.slips.row import Context, Lexeme, Recognise, Slip

_FACTORS: Final = {
    **dict.fromkeys(["k", "thousand"], 1_000),
    **dict.fromkeys(["m", "mio", "mn", "million"], 1_000_000),
    **dict.fromkeys(["bn", "billion"], 1_000_000_000),
}
_UNITS: Final = {
    **dict.fromkeys(["m", "min", "mins", "minute", "minutes"], "m"),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours"], "h"),
    **dict.fromkeys(["d", "day", "days"], "d"),
    **dict.fromkeys(["w", "wk", "week", "weeks"], "w"),
}
_DURATIONS: Final = "durations are written `15m`, `2h`, `3d` or `2w`"
_TIMES: Final = "times of day are written `09:30` and `21:30`"


def _grouped(number: int) -> str:
    return f"{number:_}" if number >= 10_000 else str(number)


def _replaced(context: Context, what: str, written: str) -> Diagnostic:
    return context.say(
        f"`{context.token}` is no {what}", f"write `{written}`", label=f"not a {what}", fix=written
    )


# --- Numbers ---------------------------------------------------------------------------------------------


def _number(context: Context) -> Diagnostic | None:
    """Numbers with units, commas and exponents."""
    token = context.token
    if not context.could_be("LPAR", "INT", "OR", "RSQB", "RBRACE") or context.could_be("DURATION", "PERCENT"):
        return None
    if found := re.fullmatch(r"([0-9_]+)(?:[.,]([0-9]))?([A-Za-z]+)", token):
        factor = _FACTORS.get(found[3].lower())
        if factor is not None and (found[3].lower() != "m" or context.could_be("LPAR")):
            if re.fullmatch(r"[0-9]+m", token):
                return None
            whole = int(found[1].replace("_", "")) * factor + int(found[2] or 0) * factor // 10
            return _replaced(context, "number", _grouped(whole))
    if re.fullmatch(r"[0-9]{1,3}([.,'])[0-9]{3}(\1[0-9]{3})*", token) and (
        "," in token or token.count(".") > 1
    ):
        return _replaced(context, "number", _grouped(int(re.sub(r"\D", "", token))))
    if re.fullmatch(r"[0-9]+,[0-9]+", token) and not re.search(r"\bbetween$", context.before):
        return _replaced(context, "number", token.replace(",", "."))
    if found := re.fullmatch(r"([0-9]+)e([0-9]{1,2})", token):
        return _replaced(context, "number", _grouped(int(found[1]) * 10 ** int(found[2])))
    if found := re.fullmatch(r"0x([0-9a-f]+)", token, re.IGNORECASE):
        return _replaced(context, "number", _grouped(int(found[1], 16)))
    return None


def _point(context: Context) -> Diagnostic | None:
    if context.token != "." or context.previous is None:
        return None
    following = context.following
    if following and following[0].start == context.lexeme.end and following[0].text.isdigit():
        at = Span(context.source, context.lexeme.start, following[0].end)
        written = f"0.{following[0].text}"
        return context.say(
            f"`.{following[0].text}` is no number",
            f"a number begins with a digit: `{written}`",
            fix=written,
            fix_at=at,
        )
    if context.touches and context.previous.text.isdigit():
        return context.say(
            f"`{context.previous.text}.` is no number",
            f"leave the point out, or write `{context.previous.text}.0`",
            label="a number does not end in a point",
            fix="",
        )
    return None


# --- Dates and times -------------------------------------------------------------------------------------


def _calendar(context: Context) -> Diagnostic | None:
    """Dates and times as they are written elsewhere."""
    token = context.token
    if found := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", token):
        return _date(context, int(found[3]), int(found[2]), int(found[1]))
    if found := re.fullmatch(r"([0-9]{1,2})(?::([0-9]{2}))?([ap])\.?m\.?", token, re.IGNORECASE):
        hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)
        return context.say(
            f"`{token}` is no time of day",
            f"{_TIMES}: `{hour:02}:{found[2] or '00'}`",
            fix=f"{hour:02}:{found[2] or '00'}",
        )
    if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", token) and context.previous is not None:
        day = context.previous.text
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
            whole = f"{day}T{token}"
            return context.say(
                f"`{day} {token}` is no date and time",
                f"write it without a space and with its offset, as `{whole}Z`",
                label="a date and a time are one word, with `T` between",
            )
    return None


def _date(context: Context, year: int, month: int, day: int) -> Diagnostic:
    try:
        written = date(year, month, day).isoformat()
    except ValueError:
        return context.say(
            f"`{context.token}` is no date",
            "a date is written YYYY-MM-DD, as `2026-01-31`",
            label="not a date",
        )
    return _replaced(context, "date", written)


# --- Durations -------------------------------------------------------------------------------------------


def _duration(context: Context) -> Diagnostic | None:
    """What was meant for a duration, in words or with other units."""
    if not context.could_be("DURATION"):
        return None
    words = [context.lexeme, *context.following[:2]]
    line = context.source.text.find("\n", context.lexeme.start)
    words = [word for word in words if line < 0 or word.start < line]
    number = re.fullmatch(r"([0-9][0-9_]*)(?:\.([0-9]+))?([A-Za-z]*)", words[0].text) if words else None
    if number is None:
        return context.say(
            f"`{context.token}` is no duration" if context.token else "a duration is missing here", _DURATIONS
        )
    unit, last = number[3].lower(), words[0]
    business = False
    for word in words[1:] if not unit else []:
        if word.text.lower() in _UNITS:
            unit, last = word.text.lower(), word
            break
        if word.text.lower() != "business":
            break
        business = True
    shown = context.source.text[words[0].start : last.end]
    whole = Lexeme(shown, words[0].start, last.end)
    written = _written(number[1].replace("_", ""), number[2], unit)
    if written is None:
        return context.say(
            f"`{shown}` is no duration", _unit_help(number, unit), label="not a duration", at=whole
        )
    written += " business" if business else ""
    return context.say(
        f"`{shown}` is no duration", f"write `{written}`", label="not a duration", fix=written, at=whole
    )


def _written(whole: str, fraction: str | None, unit: str) -> str | None:
    """The duration as the language writes it, if there is one that says the same."""
    letter = _UNITS.get(unit)
    if letter is None or len(whole) > 6:
        return None
    if fraction is None:
        return f"{int(whole)}{letter}"
    minutes = {"m": 1, "h": 60, "d": 1440, "w": 10080}[letter]
    total, rest = divmod(int(whole + fraction) * minutes, 10 ** len(fraction))
    return f"{total}m" if rest == 0 else None


def _unit_help(number: re.Match[str], unit: str) -> str:
    count = number[1]
    if not unit:
        return f"a duration needs its unit: `{count}m`, `{count}h`, `{count}d` or `{count}w`"
    if unit in ("s", "sec", "secs", "second", "seconds"):
        return f"the smallest unit is the minute; {_DURATIONS}"
    if unit in ("mo", "month", "months", "y", "yr", "year", "years"):
        return (
            f"months and years differ in length; count in days, as `{30 if unit.startswith('mo') else 365}d`"
        )
    if compound := re.fullmatch(r"([0-9]+)h([0-9]+)m?", number[0]):
        return f"a duration has one unit: write `{int(compound[1]) * 60 + int(compound[2])}m`"
    return f"a duration has one number and one unit; {_DURATIONS}"


def _compound(context: Context) -> Diagnostic | None:
    found = re.fullmatch(r"([0-9]{1,5})h([0-9]{1,5})m?", context.token)
    if found is None or not context.could_be("DURATION"):
        return None
    return _replaced(context, "duration", f"{int(found[1]) * 60 + int(found[2])}m")


# --- Shares and ranges -----------------------------------------------------------------------------------


def _share(context: Context) -> Diagnostic | None:
    found = re.fullmatch(r"([0-9]+)([.,][0-9]+)?%?", context.token)
    if found is None or not context.could_be("PERCENT"):
        return None
    written = f"{found[1]}{(found[2] or '').replace(',', '.')}%"
    return context.say(
        f"`{context.token}` is no share", f"write `{written}`", label="expected a percentage", fix=written
    )


def _range(context: Context) -> Diagnostic | None:
    """Bounds of a type or of points, written in another way."""
    if not context.could_be("DOTS", "INT") or context.could_be("LPAR", "PER", "TIMES", "WITHIN"):
        return None
    start = context.lexeme.start
    if context.previous is not None and re.fullmatch(r"[0-9]+", context.previous.text):
        start = context.previous.start
    found = _OTHER_RANGE.match(context.source.text, start)
    if found is None:
        return None
    low, high = (part for part in found.groups() if part is not None)
    return context.say(
        f"`{found[0]}` is no range",
        f"a range is written `{low}..{high}`",
        label="not a range",
        fix=f"{low}..{high}",
        at=Lexeme(found[0], found.start(), found.end()),
    )


_OTHER_RANGE: Final = re.compile(
    r"[\[(]\s*(-?[0-9][0-9_.]*?)\s*(?:\.\.|,|-|to)\s*(-?[0-9][0-9_.]*)\s*[\])]"
    r"|(-?[0-9][0-9_.]*?)\s*(?:\.{3,}|-|–|to|…|,)\s*(-?[0-9][0-9_.]*)"
    r"|min\s+(-?[0-9][0-9_.]*)\s+max\s+(-?[0-9][0-9_.]*)"
)


NUMBERS: Final[tuple[Recognise, ...]] = (
    _compound,
    _duration,
    _share,
    _range,
    _calendar,
    _number,
    _point,
    Slip(
        r"[0-9][0-9_]*[mhdw]",
        "the duration `{token}` cannot stand here",
        "durations stand after `within`, `for` and `up to` alone",
        wants=("LPAR",),
    ),
    Slip(
        r"[0-9.,]+%",
        "the percentage `{token}` cannot stand here",
        "percentages stand in the arms of a `split` alone; a field that holds one is compared with a number",
        wants=("LPAR",),
    ),
    Slip(
        r"[0-9.,]+%",
        "a share stands in a `split` alone",
        'write `split "NAME" by FIELD {` before the first share, and `}` after the last target',
        wants=("QUEUE", "THEN"),
    ),
    Slip(
        r"[€$£]",
        "a number has no currency sign",
        "leave `{token}` out",
        wants=("LPAR", "OR"),
        after="[0-9]",
        fix="",
    ),
    Slip(
        r"[0-9][0-9_,.]*[€$£]",
        "a number has no currency sign",
        "leave the sign out",
        wants=("LPAR", "OR"),
    ),
    Slip(
        r"[0-9][\w.,:/-]*",
        "`{token}` is neither a number nor a date",
        "numbers are written `50_000` and `12.5`, dates `2026-01-31`, times `09:30`",
        wants=("LPAR", "INT"),
        lacks=("WHEN", "PER"),
        before=r"(?<!add)(?<!subtract)(?<!reassign)(?<!touches)(?<!up to)",
    ),
)

"""Time zones by name."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from routebook.check import kinds
from routebook.check.report import Report
from routebook.syntax import tree as t
from routebook.text import nearest

UTC = ZoneInfo("UTC")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def read_zone(node: t.Literal, report: Report) -> ZoneInfo:
    """The zone of that IANA name; reported, and UTC instead, where there is none."""
    name = str(node.value)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        city = name.rpartition("/")[2].replace(" ", "_")
        meant = nearest(name, _zones()) or next((z for z in sorted(_zones()) if z.endswith(f"/{city}")), None)
        help = f"did you mean `{meant}`?" if meant else "write an IANA name, such as `Europe/Berlin`"
        report.add(
            kinds.UNKNOWN_TIMEZONE,
            node.span,
            f"there is no timezone `{name}`",
            "not in the IANA list",
            help=help,
        )
        return UTC

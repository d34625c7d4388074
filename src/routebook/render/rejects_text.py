"""Which leads did not fit, and why: what a run says of its rejects where they go to no file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from routebook.render.paint import Ink, Line, Style, line, painted
from routebook.render.visible import visible
from routebook.text import counted

_FEW: Final = 10
"""So many fields are shown, those with the most rejects, unless everything is asked for."""

_WHOLE: Final = "(the whole row)"


class HasWords(Protocol):
    """One reason why a lead does not fit."""

    @property
    def field(self) -> str | None: ...
    @property
    def message(self) -> str: ...


@dataclass(slots=True)
class RejectTally:
    """Counts rejects by the field that is to blame, with the first of each: as small for a million as for one."""

    rejects: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, row: int, problems: tuple[HasWords, ...]) -> None:
        """Count one reject; a field counts once, however many problems it has."""
        self.rejects += 1
        for name, problem in {problem.field or _WHOLE: problem for problem in reversed(problems)}.items():
            self.fields[name] += 1
            self.first.setdefault(name, (row, problem.message))


def render(tally: RejectTally, style: Style) -> str:
    """One line a field; nothing where every lead fits."""
    return painted(_lines(tally, style), style) if tally.rejects else ""


def _lines(tally: RejectTally, style: Style) -> Iterator[Line]:
    verb = "does not fit and is" if tally.rejects == 1 else "do not fit and are"
    yield line((f"{counted(tally.rejects, 'lead')} {verb} not in the results", Ink.WARNING))
    # The largest first; what is as large, by name, so that the order does not depend on the run.
    ordered = sorted(tally.fields.items(), key=lambda item: (-item[1], item[0]))
    shown = ordered if style.everything else ordered[:_FEW]
    for name, count in shown:
        row, message = tally.first[name]
        where = f"row {row:,}" if count == 1 else f"{counted(count, 'row')}, the first is {row:,}"
        yield line("  ", (visible(name), Ink.STRONG), f" ({where}): {visible(message)}")
    if len(shown) < len(ordered):
        yield line((f"  … and {counted(len(ordered) - len(shown), 'more field')}", Ink.FAINT))

"""How many leads went where: the counts that a run of leads ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from routebook.decision import Assignment, Decision, Outcome
from routebook.render.paint import DEFAULT_WIDTH, EMPTY, Ink, Line, Style, line, painted
from routebook.render.visible import clipped, padded, visible, width_of
from routebook.text import counted

_LONGEST: Final = 15
"""So many rows of a table are shown, the largest, unless everything is asked for."""

_NOBODY: Final = "(no rule)"


@dataclass(slots=True)
class Tally:
    """Counts that grow row by row. `rejects` counts the leads that did not fit and were kept apart."""

    leads: int = 0
    rejects: int = 0
    again: int = 0
    duplicates: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    pools: Counter[str] = field(default_factory=Counter)
    reps: Counter[str] = field(default_factory=Counter)

    def add_decisions(self, rule: str | None, count: int) -> None:
        """Count so many decisions for one rule, or for none."""
        if count:
            self.leads += count
            self.rules[_NOBODY if rule is None else rule] += count
            self.outcomes[Outcome.UNDECIDED.value if rule is None else "decided"] += count

    def add(self, row: Assignment | Decision) -> None:
        """Count one decision or assignment."""
        self.leads += 1
        self.rules[_NOBODY if row.rule is None else row.rule] += 1
        if isinstance(row, Decision):
            self.outcomes[row.outcome or "decided"] += 1
            return
        self.outcomes[row.outcome.value] += 1
        self.again += row.again
        self.duplicates += row.reason is not None and row.outcome is not Outcome.REJECTED
        if row.outcome is not Outcome.ASSIGNED:
            return
        if row.pool is not None:
            self.pools[row.pool] += 1
        if row.rep is not None:
            self.reps[row.rep] += 1


@dataclass(frozen=True, slots=True)
class _Table:
    title: str
    rows: tuple[tuple[str, str, str], ...]
    left_out: int


def render(tally: Tally, style: Style) -> str:
    """The counts by outcome, rule, pool and rep; empty tables are not shown."""
    tables = list(_tables(tally, style))
    return _rich(tally, tables, style) if style.colour else painted(_plain(tally, tables), style)


def _headline(tally: Tally) -> str:
    parts = [counted(tally.leads + tally.rejects, "lead")]
    if tally.again:
        parts.append(f"{tally.again:,} routed before")
    if tally.duplicates:
        parts.append(counted(tally.duplicates, "duplicate"))
    if tally.rejects:
        parts.append(f"{tally.rejects:,} rejected at intake")
    return ", ".join(parts)


def _tables(tally: Tally, style: Style) -> Iterator[_Table]:
    named = (("outcome", tally.outcomes), ("rule", tally.rules), ("pool", tally.pools), ("rep", tally.reps))
    for title, counts in named:
        # The largest first; what is as large, by name, so that the order does not depend on the run.
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        kept = ordered if style.everything else ordered[:_LONGEST]
        room = min(style.width, DEFAULT_WIDTH) // 2
        rows = tuple(
            (clipped(visible(name), room), f"{count:,}", _share(count, sum(counts.values())))
            for name, count in kept
        )
        if rows:
            yield _Table(title, rows, len(ordered) - len(kept))


def _share(count: int, total: int) -> str:
    # Rounded down: only all is 100 %.
    tenths = 1000 * count // total
    return f"{tenths // 10}.{tenths % 10} %" if tenths else "< 0.1 %"


def _plain(tally: Tally, tables: list[_Table]) -> Iterator[Line]:
    yield line(_headline(tally))
    for table in tables:
        names = max(width_of(table.title), *(width_of(name) for name, _, _ in table.rows))
        counts = max(len("leads"), *(len(count) for _, count, _ in table.rows))
        yield EMPTY
        yield line(f"{padded(table.title, names)}  {'leads':>{counts}}    share")
        for name, count, share in table.rows:
            yield line(f"{padded(name, names)}  {count:>{counts}}  {share:>7}")
        if table.left_out:
            yield line((_more(table), Ink.FAINT))


def _more(table: _Table) -> str:
    return f"… and {counted(table.left_out, f'more {table.title}')}"


def _rich(tally: Tally, tables: list[_Table], style: Style) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(force_terminal=True, color_system="standard", width=style.width, legacy_windows=False)
    with console.capture() as captured:
        console.print(Text(_headline(tally), style="bold"))
        for table in tables:
            drawn = Table(box=box.SIMPLE_HEAD, caption=_more(table) if table.left_out else None)
            drawn.add_column(table.title)
            drawn.add_column("leads", justify="right")
            drawn.add_column("share", justify="right")
            for name, count, share in table.rows:
                drawn.add_row(Text(name), Text(count), Text(share))
            console.print(drawn)
    return captured.get()

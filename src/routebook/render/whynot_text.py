"""Why a lead did not go somewhere, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from routebook.decision import Reason
from routebook.render.explanation_view import FEW_REASONS, headline, left_out
from routebook.render.literals import brief, lead_of
from routebook.render.paint import EMPTY, Ink, Line, Style, line, painted
from routebook.render.visible import visible
from routebook.render.whynot_view import WhyNotReport, answer, notes, question, reasons, value_of, values_of

_INNER: Final = " " * 9
"""What stands before the comparisons of a condition."""


def render(report: WhyNotReport, style: Style) -> str:
    """Where the lead goes, the conditions of the rule that was asked for, and the smallest change that would do."""
    return painted(_lines(report, style), style)


def _lines(report: WhyNotReport, style: Style) -> Iterator[Line]:
    why = report.why
    yield line((visible(headline(report.explanation)), Ink.STRONG))
    yield line(visible(question(report)))
    if why.rule is not None and why.conditions:
        yield EMPTY
        yield line(("conditions", Ink.STRONG), f" of rule {visible(why.rule)}")
        for truth in why.conditions:
            yield _held("  ", truth.holds, truth.condition, value_of(truth))
            yield from _parts(values_of(truth), style)
    said = list(reasons(report))
    if said:
        yield EMPTY
        yield from (line(visible(sentence)) for sentence in said)
    found = answer(report)
    if found is not None:
        yield EMPTY
        yield line((visible(found), Ink.STRONG))
    if why.nearest is not None and why.nearest.changes:
        yield line("  ", visible(lead_of(why.nearest.lead)))
    for doubt in why.doubts:
        yield line(("not decided: ", Ink.WARNING), visible(doubt))
    for title, note in notes(report):
        yield line((f"{title}: ", Ink.STRONG), visible(note))


def _parts(reasons: Sequence[Reason], style: Style) -> Iterator[Line]:
    """The comparisons of a condition, each with its own truth and value."""
    shown = reasons if style.everything else reasons[:FEW_REASONS]
    for reason in shown:
        yield _held(_INNER, reason.holds, reason.condition, f", it is {brief(reason.value)}")
    if len(shown) < len(reasons):
        yield line((f"{_INNER}{left_out(len(reasons) - len(shown), 'more comparison')}", Ink.FAINT))


def _held(margin: str, holds: bool, condition: str, value: str) -> Line:
    words, ink = ("yes", Ink.GOOD) if holds else ("no ", Ink.ERROR)
    return line(margin, (words, ink), f"  {visible(condition)}", (visible(value), Ink.FAINT))

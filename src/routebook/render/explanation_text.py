"""An explanation for people, on one screen: where the lead went, by which rule, and why not elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from routebook.decision import Explanation, Reason, Step
from routebook.render.explanation_view import (
    FEW_LINES,
    FEW_REASONS,
    NEAREST,
    Tried,
    answer,
    candidates_tried,
    facts,
    grounds,
    headline,
    left_out,
    passed_over,
    plan_rows,
    taken_by,
    verdict,
    why_not,
)
from routebook.render.literals import brief, field_name
from routebook.render.paint import EMPTY, Ink, Line, Style, line, painted
from routebook.render.visible import padded, visible, width_of

_COLUMN: Final = 70
"""A column of a table is no wider than this; what is longer pushes its own row only."""

_LEAD_LINES: Final = 2


def render(explanation: Explanation, style: Style) -> str:
    """The explanation; with `style.everything`, every rule, candidate and value of it."""
    return painted(_lines(explanation, style), style)


def _lines(explanation: Explanation, style: Style) -> Iterator[Line]:
    text = visible(headline(explanation))
    yield line((text[:1].upper() + text[1:], Ink.STRONG))
    yield from _lead(explanation.lead, style)
    taking = taken_by(explanation)
    if taking:
        yield EMPTY
        for step in taking:
            yield from _step("rule" if step is taking[-1] else "in block", step, "", style)
    yield from _text(explanation, style)
    yield from _passed(explanation, style)
    yield from _plan(explanation)
    for tried in candidates_tried(explanation, style.everything):
        yield from _candidates(tried)
    yield EMPTY
    for title, fact in facts(explanation):
        yield line((f"{title}: ", Ink.STRONG), visible(fact))


def _lead(lead: Mapping[str, Any], style: Style) -> Iterator[Line]:
    """The fields in as many lines as they need, or two."""
    rows: list[str] = []
    left = 0
    for name, value in lead.items():
        field = f"{field_name(name)}: {brief(value)}"
        if rows and width_of(rows[-1]) + 2 + width_of(field) <= style.width - 4:
            rows[-1] += f", {field}"
        elif style.everything or len(rows) < _LEAD_LINES:
            if rows:
                rows[-1] += ","
            rows.append(field)
        else:
            left += 1
    for row in rows:
        yield line(f"  {row}")
    if left:
        yield line((f"  {left_out(left, 'more field')}", Ink.FAINT))


def _step(title: str, step: Step, margin: str, style: Style) -> Iterator[Line]:
    described = f' "{visible(step.description)}"' if step.description else ""
    name = f"{title} {step.rule}".strip()
    place = f" ({visible(step.file)}:{step.line})"
    yield line(margin, (visible(name), Ink.STRONG), described, (place, Ink.FAINT))
    if why_not(step):
        yield line(f"{margin}  {why_not(step)}")
        return
    yield from _reasons(step.because, f"{margin}  ", style)


def _reasons(reasons: Sequence[Reason], margin: str, style: Style) -> Iterator[Line]:
    shown = reasons if style.everything else reasons[:FEW_REASONS]
    rows = [(visible(reason.condition), answer(reason)) for reason in shown]
    for (condition, words), reason in zip(_aligned(rows), shown, strict=True):
        yield line(f"{margin}{condition}  ", (words, Ink.GOOD if reason.holds else Ink.WARNING))
    if len(shown) < len(reasons):
        yield line((f"{margin}{left_out(len(reasons) - len(shown), 'more comparison')}", Ink.FAINT))


def _text(explanation: Explanation, style: Style) -> Iterator[Line]:
    """The rule as it was written then."""
    text = explanation.text
    if text is None:
        return
    shown = text.lines if style.everything else text.lines[:FEW_LINES]
    yield EMPTY
    yield line(("text at the time", Ink.STRONG), (f" ({visible(text.file)}:{text.line})", Ink.FAINT))
    digits = len(str(text.line + len(shown) - 1))
    for number, words in enumerate(shown, start=text.line):
        yield line((f"  {number:>{digits}} | ", Ink.FAINT), visible(words))
    if len(shown) < len(text.lines):
        yield line((f"  {left_out(len(text.lines) - len(shown), 'more line')}", Ink.FAINT))


def _passed(explanation: Explanation, style: Style) -> Iterator[Line]:
    passed = passed_over(explanation)
    if not passed:
        return
    shown = passed if style.everything else passed[-NEAREST:]
    yield EMPTY
    yield line(("tried before it" if explanation.rule is not None else "tried", Ink.STRONG))
    if len(shown) < len(passed):
        yield line((f"  {left_out(len(passed) - len(shown), 'earlier rule')}", Ink.FAINT))
    for step in shown:
        yield from _step("", step, "  ", style)


def _plan(explanation: Explanation) -> Iterator[Line]:
    rows = [(visible(row.text), row) for row in plan_rows(explanation)]
    if not rows:
        return
    yield EMPTY
    yield line(("plan", Ink.STRONG))
    digits = len(str(len(rows)))
    aligned = _aligned([(text, row.fate) for text, row in rows])
    for number, ((text, fate), (_, row)) in enumerate(zip(aligned, rows, strict=True), start=1):
        yield line(f"  {number:>{digits}}. {text}  ", (fate, Ink.GOOD if row.placed else Ink.FAINT))


def _candidates(tried: Tried) -> Iterator[Line]:
    yield EMPTY
    yield line(("candidates", Ink.STRONG), f" for {visible(tried.target)}")
    rows = [
        (visible(candidate.rep), verdict(candidate), visible(grounds(candidate)))
        for candidate in tried.candidates
    ]
    for row, candidate in zip(_aligned(rows), tried.candidates, strict=True):
        ink = Ink.GOOD if candidate.chosen else Ink.PLAIN if candidate.eligible else Ink.FAINT
        yield line(("  " + "  ".join(row), ink))
    if tried.left_out:
        yield line((f"  {left_out(tried.left_out, 'more candidate')}", Ink.FAINT))


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows with every column but the last one padded to its widest cell."""
    if not rows:
        return []
    widths = [min(_COLUMN, max(map(width_of, column))) for column in zip(*rows, strict=True)]
    widths[-1] = 0
    return [tuple(padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]

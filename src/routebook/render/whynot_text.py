"""Why a lead did not go somewhere, for people."""

from __future__ import annotations

from collections.abc import Iterator

from routebook.render.explanation_view import headline
from routebook.render.literals import brief, lead_of
from routebook.render.paint import EMPTY, Ink, Line, Style, line, painted
from routebook.render.visible import visible
from routebook.render.whynot_view import WhyNotReport, answer, question, reasons, rule_of


def render(report: WhyNotReport, style: Style) -> str:
    """Where the lead goes, the conditions of the rule that was asked for, and the smallest change that would do."""
    return painted(_lines(report), style)


def _lines(report: WhyNotReport) -> Iterator[Line]:
    why = report.why
    yield line((visible(headline(report.explanation)), Ink.STRONG))
    yield line(visible(question(report)))
    rule = rule_of(report)
    if rule is not None and why.conditions:
        yield EMPTY
        yield line(("conditions", Ink.STRONG), f" of rule {visible(rule)}")
        for truth in why.conditions:
            ink = Ink.GOOD if truth.holds else Ink.ERROR
            value = "" if truth.value is None and truth.holds else f", it is {visible(brief(truth.value))}"
            yield line(
                "  ",
                ("yes" if truth.holds else "no ", ink),
                f"  {visible(truth.condition)}",
                (value, Ink.FAINT),
            )
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

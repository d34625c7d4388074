"""Why a lead did not go somewhere, as one HTML file that needs no other: the answer, then the explanation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from routebook.render.explanation_html import body, page, safe, table
from routebook.render.explanation_view import headline
from routebook.render.literals import brief, lead_of, literal
from routebook.render.paint import Style
from routebook.render.whynot_view import WhyNotReport, answer, question, reasons, rule_of

if TYPE_CHECKING:
    from routebook.analysis.whynot import ConditionTruth


def render(report: WhyNotReport, style: Style) -> str:
    """The page."""
    asked = question(report)
    asked = asked[:1].upper() + asked[1:]
    return page(asked, (f"<h1>{safe(asked)}</h1>", *_answer(report), *body(report.explanation, style)))


def _answer(report: WhyNotReport) -> Iterator[str]:
    why = report.why
    yield f"<p>{safe(headline(report.explanation))}</p>"
    yield from (f"<p>{safe(sentence)}</p>" for sentence in reasons(report))
    found = answer(report)
    if found is not None:
        yield f"<p><strong>{safe(found)}</strong></p>"
    if why.nearest is not None and why.nearest.changes:
        changes = why.nearest.changes
        rows = ((False, (each.field, literal(each.old), literal(each.new))) for each in changes)
        yield from table(("field", "is", "would have to be"), rows)
        yield f"<p>Such as <code>{safe(lead_of(why.nearest.lead))}</code></p>"
    yield from (f"<p>Not decided: {safe(doubt)}</p>" for doubt in why.doubts)
    rule = rule_of(report)
    if rule is not None and why.conditions:
        yield f"<h2>Conditions of rule <code>{safe(rule)}</code></h2>"
        yield "<table>"
        yield from map(_condition, why.conditions)
        yield "</table>"


def _condition(truth: ConditionTruth) -> str:
    kind = "yes" if truth.holds else "no"
    words = kind if truth.value is None and truth.holds else f"{kind}, it is {brief(truth.value)}"
    return f'<tr><td class="code">{safe(truth.condition)}</td><td class="{kind}">{safe(words)}</td></tr>'

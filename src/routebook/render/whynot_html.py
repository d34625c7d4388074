"""Why a lead did not go somewhere, as one HTML file that needs no other: the answer, then the explanation."""

from __future__ import annotations

from collections.abc import Iterator

from routebook.render.explanation_html import body, page, safe, table
from routebook.render.explanation_view import headline
from routebook.render.literals import brief, lead_of, literal
from routebook.render.paint import Style
from routebook.render.whynot_view import WhyNotReport, answer, question, reasons, value_of, values_of


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
    if why.rule is not None and why.conditions:
        yield f"<h2>Conditions of rule <code>{safe(why.rule)}</code></h2>"
        yield "<table>"
        for truth in why.conditions:
            yield _held(truth.condition, truth.holds, value_of(truth))
            for reason in values_of(truth):
                yield _held(f"    {reason.condition}", reason.holds, f", it is {brief(reason.value)}")
        yield "</table>"


def _held(condition: str, holds: bool, value: str) -> str:
    kind = "yes" if holds else "no"
    return f'<tr><td class="code">{safe(condition)}</td><td class="{kind}">{safe(kind + value)}</td></tr>'

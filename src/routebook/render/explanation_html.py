"""An explanation as one HTML file that needs no other: to send to whoever asks why."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from routebook.decision import Explanation, Step
from routebook.render.explanation_view import (
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
from routebook.render.literals import literal
from routebook.render.paint import Style
from routebook.render.visible import visible

_CSS: Final = """\
:root { color-scheme: light dark; --line: #8884; --good: #0a7d33; --bad: #a6520a; --soft: #8881; }
@media (prefers-color-scheme: dark) { :root { --good: #5cc98a; --bad: #e0a060; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
code, td.code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
tr { border-top: 1px solid var(--line); }
td.code { width: 55%; } td:first-child { white-space: pre-wrap; }
.yes, .chosen { color: var(--good); } .no { color: var(--bad); } .faint { opacity: .7; }
.chosen { font-weight: 600; } tr.chosen { background: var(--soft); }
summary { cursor: pointer; }
dt { float: left; clear: left; font-weight: 600; margin-right: .5rem; } dd { margin: 0 0 .25rem; }
"""

# No script, no request: whatever a policy or a lead holds, this page shows it and does nothing.
_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'"


def render(explanation: Explanation, style: Style) -> str:
    """The page. What the text format leaves out is folded here, not left out."""
    title = headline(explanation)
    title = title[:1].upper() + title[1:]
    return page(title, (f"<h1>{safe(title)}</h1>", *body(explanation, style)))


def page(title: str, parts: Iterable[str]) -> str:
    """One HTML file that needs no other and does nothing. The parts are HTML already, the title is text."""
    shown = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{safe(title)}</title>\n<style>\n{_CSS}</style>\n</head>\n<body>\n{shown}\n</body>\n</html>\n"
    )


def body(explanation: Explanation, style: Style) -> Iterator[str]:
    """Everything of an explanation below its headline, as HTML."""
    taking = taken_by(explanation)
    if taking:
        yield "<h2>Why this rule</h2>"
        for step in taking:
            yield from _step(step, "" if step is taking[-1] else "in block ")
    if explanation.text is not None:
        place = f"{explanation.text.file}:{explanation.text.line}"
        yield f'<h2>The rule as it was written <span class="faint">{safe(place)}</span></h2>'
        yield f"<pre>{_lines(explanation.text.lines)}</pre>"
    yield from _passed(passed_over(explanation), style)
    rows = list(plan_rows(explanation))
    if rows:
        yield "<h2>Plan</h2>"
        yield from table(
            ("", "target", ""),
            ((row.placed, (str(n), row.text, row.fate)) for n, row in enumerate(rows, start=1)),
        )
    for tried in candidates_tried(explanation, everything=True):
        yield from _candidates(tried)
    yield "<h2>Lead</h2>"
    yield from table(
        ("field", "value"), ((False, (name, literal(value))) for name, value in explanation.lead.items())
    )
    yield "<h2>More</h2>"
    yield "<dl>"
    yield from (f"<dt>{safe(name)}</dt><dd>{safe(fact)}</dd>" for name, fact in facts(explanation))
    yield "</dl>"


def _passed(steps: Sequence[Step], style: Style) -> Iterator[str]:
    if not steps:
        return
    yield "<h2>Tried before</h2>"
    earlier = () if style.everything else steps[:-NEAREST]
    if earlier:
        yield f"<details><summary>{safe(left_out(len(earlier), 'earlier rule'))}</summary>"
        for step in earlier:
            yield from _step(step, "")
        yield "</details>"
    for step in steps[len(earlier) :]:
        yield from _step(step, "")


def _step(step: Step, title: str) -> Iterator[str]:
    described = f" “{safe(step.description)}”" if step.description else ""
    place = safe(f"{step.file}:{step.line}")
    yield f'<p>{title}<strong>{safe(step.rule)}</strong>{described} <span class="faint">{place}</span></p>'
    if why_not(step):
        yield f"<p>{safe(why_not(step))}</p>"
        return
    if step.because:
        yield "<table>"
        for reason in step.because:
            kind = "yes" if reason.holds else "no"
            words = f'<td class="{kind}">{safe(answer(reason))}</td>'
            yield f'<tr><td class="code">{safe(reason.condition)}</td>{words}</tr>'
        yield "</table>"


def _candidates(tried: Tried) -> Iterator[str]:
    yield f"<h2>Candidates for <code>{safe(tried.target)}</code></h2>"
    yield from table(
        ("rep", "", "why"),
        (
            (candidate.chosen, (candidate.rep, verdict(candidate), grounds(candidate)))
            for candidate in tried.candidates
        ),
    )


def table(heads: Sequence[str], rows: Iterable[tuple[bool, Sequence[str]]]) -> Iterator[str]:
    """A table of texts; a row that was chosen stands out."""
    yield "<table>"
    yield f"<tr>{''.join(f'<th>{safe(head)}</th>' for head in heads)}</tr>"
    for chosen, cells in rows:
        opening = '<tr class="chosen">' if chosen else "<tr>"
        yield opening + "".join(f"<td>{safe(cell)}</td>" for cell in cells) + "</tr>"
    yield "</table>"


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(map(safe, lines))


def safe(text: str) -> str:
    """Any text as HTML that shows it and is nothing else."""
    return html.escape(visible(text))

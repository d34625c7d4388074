"""What tests cover, in each format of test results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from routebook.decision import jsonable
from routebook.diagnostics import Severity
from routebook.plan.testing import TestResult
from routebook.render import sarif, tests_json, tests_sarif
from routebook.render.github import annotation, lines_of
from routebook.render.json_text import dumps
from routebook.render.paint import EMPTY, Ink, Line, Style, line, painted
from routebook.render.visible import visible
from routebook.render.witnesses import NOW, witness_json, witness_text
from routebook.source import Span
from routebook.text import counted

if TYPE_CHECKING:
    from routebook.analysis.coverage import Coverage, Missing

_MOST: Final = 10
"""So much of what is missing is shown, unless everything is asked for."""

_NOT_COVERED: Final = sarif.rule("not-covered", "not-covered", Severity.INFO)


@dataclass(frozen=True, slots=True)
class Covered:
    """The coverage of one policy, called by its file; `least` is the percentage that it has to reach.

    `timed` says whether the policy asks what time it is, so that a lead alone does not show it.
    """

    name: str
    coverage: Coverage
    least: int = 0
    timed: bool = True

    @property
    def is_enough(self) -> bool:
        return self.coverage.percent >= self.least


def text(policies: Sequence[Covered], style: Style) -> str:
    """A line for each policy, and what is missing, with leads that would show it."""
    return painted((row for each in policies for row in _lines(each, style)), style)


def _lines(covered: Covered, style: Style) -> Iterator[Line]:
    found = covered.coverage
    yield EMPTY
    enough = "" if covered.is_enough else f", less than the {covered.least} % asked for"
    yield line((visible(covered.name), Ink.STRONG))
    yield line(
        (f"  {found.percent} % covered{enough}", Ink.PLAIN if covered.is_enough else Ink.ERROR),
        f": {found.rules_covered:,} of {counted(found.rules, 'rule')}, "
        f"{found.sides_covered:,} of {counted(found.sides, 'side')} of conditions",
    )
    shown = found.missing if style.everything else found.missing[:_MOST]
    for missing in shown:
        yield line(
            f"  missing: {visible(missing.obligation.text)}",
            (f" (line {missing.obligation.span.line})", Ink.FAINT),
        )
        yield line(("    ", Ink.PLAIN), (visible(_example(covered, missing)), Ink.FAINT))
    if len(shown) < len(found.missing):
        yield line(
            (f"  … and {len(found.missing) - len(shown):,} more; --generate writes the tests", Ink.FAINT)
        )


def _example(covered: Covered, missing: Missing) -> str:
    if missing.lead is None:
        return "not decided whether any lead can show it"
    return witness_text(_shown(covered, missing.lead))


def _shown(covered: Covered, lead: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in lead.items() if name != NOW or covered.timed}


def json(results: Sequence[TestResult], policies: Sequence[Covered]) -> str:
    """The results as `test --format json` has them, and `coverage` beside them."""
    return dumps(tests_json.as_json(results) | {"coverage": [_as_json(each) for each in policies]}) + "\n"


def _as_json(covered: Covered) -> dict[str, Any]:
    found = covered.coverage
    return {
        "file": covered.name,
        "percent": found.percent,
        "rules": {"covered": found.rules_covered, "total": found.rules},
        "sides": {"covered": found.sides_covered, "total": found.sides},
        "missing": [_missing(covered, each) for each in found.missing],
    }


def _missing(covered: Covered, missing: Missing) -> dict[str, Any]:
    duty = missing.obligation
    return {
        "rule": duty.rule,
        "part": duty.part,
        "value": duty.value,
        "file": duty.span.file,
        "line": duty.span.line,
        "witness": None if missing.lead is None else jsonable(witness_json(_shown(covered, missing.lead))),
    }


def github(policies: Sequence[Covered]) -> str:
    """A notice, or where there is too little an error, for all that is missing."""
    rows = []
    for severity, words, span in _gaps(policies):
        place = lines_of(span.file, span.line) | {"title": "no test covers this"}
        rows.append(annotation(severity, words, place) + "\n")
    return "".join(rows)


def sarif_log(results: Sequence[TestResult], policies: Sequence[Covered]) -> str:
    """The results as `test --format sarif` has them, and a note, or where there is too little an error, for all that
    is missing.
    """
    rules = (tests_sarif.FAILED, _NOT_COVERED)
    found = [
        sarif.result(rules, _NOT_COVERED["id"], severity, words, (sarif.location_of(span),))
        for severity, words, span in _gaps(policies)
    ]
    return tests_sarif.document(results, (_NOT_COVERED,), found)


def _gaps(policies: Sequence[Covered]) -> Iterator[tuple[Severity, str, Span]]:
    """All that no test shows: how bad that is, in words, and where it stands."""
    for covered in policies:
        severity = Severity.INFO if covered.is_enough else Severity.ERROR
        for missing in covered.coverage.missing:
            duty = missing.obligation
            yield severity, f"no test shows that {duty.text}: {_example(covered, missing)}", duty.span

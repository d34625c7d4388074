"""Findings as people see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routebook.diagnostics import Diagnostic, Kind, Label, Region, Severity
from routebook.render.findings_text import render
from routebook.render.paint import Style
from routebook.render.report import CheckReport
from routebook.render.visible import char_width, shown, width_of
from routebook.source import Source, Span
from support.rendering import assert_tame, findings

CASES = Path(__file__).parent.parent / "cases" / "render" / "findings"

MISMATCH = Kind("RB003", "type-mismatch", Severity.ERROR)
UNREACHABLE = Kind("RB101", "unreachable-rule", Severity.ERROR)
UNASSIGNED = Kind("RB103", "unassigned-leads", Severity.ERROR)
UNUSED = Kind("RB302", "unused-name", Severity.WARNING)
SYNTAX = Kind("RB001", "syntax-error", Severity.ERROR)

POLICY = Source(
    "policies/inbound.route",
    """\
policy "Inbound"

lead {
  industry: one of ["health", "finance"]
  score:    integer 0..100
  country:  country
}

rule dach when country in ["DE", "AT", "CH"] round_robin dach

rule emea "All of it"
  when country in ["DE", "AT"] {
    when score >= 70 assign pool emea_seniors by load
    when score >= "70" assign pool emea by load
    else assign pool emea_smb by round_robin
  }

rule low
  when score < 10
  nurture newsletter
""",
)
REGIONS = Source("policies/regions.route", 'list dach = ["DE", "AT", "CH"]\nlist emea = dach + ["FR"]\n')


def at(source: Source, start: str, end: str | None = None) -> Span:
    """The span of a text, or from one text to the end of another."""
    first = source.text.index(start)
    last = first + len(start) if end is None else source.text.index(end, first) + len(end)
    return Span(source, first, last)


def line_of(text: str, focus: str) -> Span:
    return at(Source("one.route", text), focus)


def many_rules() -> Diagnostic:
    source = Source("many.route", "".join(f"when score == {n} queue q{n}\n" for n in range(1, 121)))
    related = tuple(
        Label(at(source, f"when score == {n} "), f"takes score {n}", rule=f"#{n}", witness={"score": n})
        for n in (1, 2, 4, 50, 99, 100, 101)
    )
    span = at(source, "when score == 120 queue q120")
    return Diagnostic(UNREACHABLE, "no lead reaches `#120`", span, "never takes a lead", related, rule="#120")


def findings_by_case() -> dict[str, list[Diagnostic]]:
    score = at(POLICY, 'score >= "70"')
    long_line = "when " + " or ".join(f"score == {n}" for n in range(60)) + " queue q else round_robin all"
    return {
        "one": [
            Diagnostic(
                MISMATCH,
                '`score` is a whole number, so it never equals the text `"70"`',
                at(POLICY, '"70"'),
                "this is a text",
                (Label(at(POLICY, "score:    integer 0..100"), "`score` is declared here"),),
                help="write the number without quotes",
                fix="70",
                fix_at=at(POLICY, '"70"'),
            )
        ],
        "several_labels_on_a_line": [
            Diagnostic(
                MISMATCH,
                "these do not go together",
                score,
                "the comparison",
                (
                    Label(at(POLICY, '>= "70"', '"70"'), "what is compared with"),
                    Label(Span(POLICY, score.start, score.start + 5), "a whole number"),
                    Label(at(POLICY, '"70"'), "a text"),
                    Label(at(POLICY, 'assign pool emea by load'), "then"),
                    Label(at(POLICY, 'pool emea by'), ""),
                ),
            )
        ],
        "unreachable": [
            Diagnostic(
                UNREACHABLE,
                "no lead reaches `emea`: earlier rules take every lead that it would",
                at(POLICY, "rule emea", '["DE", "AT"]'),
                "takes no lead",
                (
                    Label(
                        at(POLICY, "rule dach", '"CH"]'),
                        "takes some of them",
                        rule="dach",
                        witness={"industry": "health", "score": 0, "country": "DE"},
                    ),
                    Label(at(REGIONS, 'dach + ["FR"]'), "the list is put together here"),
                    Label(at(REGIONS, "dach"), "from this one"),
                ),
                help="move `emea` up, or remove it",
                rule="emea",
            )
        ],
        "many_related": [many_rules()],
        "regions": [
            Diagnostic(
                UNASSIGNED,
                "some leads reach no rule, and nobody gets them",
                at(POLICY, 'policy "Inbound"'),
                "",
                help='add a rule for them, or an `else`\nfor example "else queue triage"',
                fix='rule others "The rest"\n  when country in ["US"]\n\tqueue triage\n',
                witness={"score": 10},
                regions=tuple(
                    Region(f"score between {n} and {n + 9}", {"score": n, "industry": "health"})
                    for n in range(10, 80, 10)
                ),
            )
        ],
        "witness": [
            Diagnostic(
                UNASSIGNED,
                "some leads reach no rule, and nobody gets them",
                witness={"score": 10, "country": None, "products": frozenset({"crm", "voice"})},
                file="policies/inbound.route",
            )
        ],
        "no_place": [Diagnostic(SYNTAX, "the policy could not be read")],
        "short_block": [
            Diagnostic(UNUSED, "unused", at(POLICY, 'when country in ["DE", "AT"] {', "  }"), "all of it")
        ],
        "long_block": [
            Diagnostic(
                UNUSED,
                "nothing uses any of this",
                at(POLICY, "lead {", "newsletter\n"),
                "all of it",
                (
                    Label(at(POLICY, 'in ["DE", "AT"] {', "seniors"), "overlaps"),
                    Label(at(POLICY, "rule emea", "assign"), "overlaps too"),
                    Label(at(POLICY, "score >= 70"), "inside"),
                ),
            )
        ],
        "end_of_file": [
            Diagnostic(SYNTAX, "the file ends too early", Span(POLICY, len(POLICY.text), len(POLICY.text)), "here")
        ],
        "empty_file": [Diagnostic(SYNTAX, "there is nothing", Span(Source("empty.route", ""), 0, 0), "here")],
        "empty_span": [Diagnostic(SYNTAX, "a word is missing", Span(POLICY, 8, 8), "here")],
        "line_end": [
            Diagnostic(SYNTAX, "too early", Span(Source("crlf.route", "when x\r\nqueue q\r\n"), 6, 8), "here")
        ],
        "tabs": [Diagnostic(SYNTAX, "tabs", line_of("\t\twhen\tscore\t>= 70", "score\t>= 70"), "this")],
        "wide": [
            Diagnostic(
                SYNTAX,
                "wide letters",
                line_of('when city in ["東京", "e\u0301vreux", "大阪"] queue q', '"大阪"'),
                "this",
                (),
            )
        ],
        "controls": [
            Diagnostic(
                SYNTAX,
                "`\x1b[31m` cannot stand here\n::error::x",
                line_of('when name == "\x1b[2J\u202e\x00" and score ##[group]x > 3 queue q', "score ##[group]x > 3"),
                "\x1b[31mthis",
                help="remove \u200bit",
                fix="::error::\x1b[0m",
            )
        ],
        "long_line": [
            Diagnostic(
                SYNTAX,
                "a long line",
                line_of(long_line, "score == 30"),
                "this",
            )
        ],
        "long_line_several": [
            Diagnostic(
                SYNTAX,
                "a long line",
                (span := line_of(long_line, "score == 30")),
                "this",
                (Label(at(span.source, "queue q"), "and this"), Label(at(span.source, "when"), "from here")),
            )
        ],
        "long_span": [Diagnostic(SYNTAX, "a long span", line_of(long_line, long_line[5:-25]), "all of this")],
    }  # fmt: skip


@pytest.mark.parametrize("case", findings_by_case())
def test_golden(case: str, golden: Callable[[Path, str], None]) -> None:
    found = tuple(findings_by_case()[case])
    golden(CASES / f"{case}.txt", render(CheckReport(found, ("policies/inbound.route",)), Style()))


@pytest.mark.parametrize(
    ("severities", "files", "expected"),
    [
        ([], 0, "no findings in 0 files"),
        ([], 1, "no findings in 1 file"),
        ([], 3, "no findings in 3 files"),
        ([Severity.ERROR], 3, "1 error"),
        ([Severity.WARNING, Severity.ERROR, Severity.ERROR], 3, "2 errors, 1 warning"),
        ([Severity.INFO, Severity.INFO], 3, "2 infos"),
    ],
)
def test_the_last_line_counts(severities: list[Severity], files: int, expected: str) -> None:
    found = tuple(Diagnostic(MISMATCH, "x", severity=severity) for severity in severities)
    report = CheckReport(found, tuple(f"{n}.route" for n in range(files)))
    assert render(report, Style()).splitlines()[-1] == expected


def test_everything_leaves_nothing_out() -> None:
    report = CheckReport(tuple(findings_by_case()["regions"]))
    assert "… and 2 more regions" in render(report, Style())
    everything = render(report, Style(everything=True))
    assert everything.count("= where:") == 7
    assert "more region" not in everything


ANSI = re.compile(r"\x1b\[[0-9;]*m")


@given(findings())
def test_any_finding_renders_tamely(finding: Diagnostic) -> None:
    assert_tame(render(CheckReport((finding,)), Style()))


@given(findings())
def test_colour_adds_colour_and_nothing_else(finding: Diagnostic) -> None:
    report = CheckReport((finding,))
    coloured = render(report, Style(colour=True))
    stripped = "".join(f"{row.rstrip()}\n" for row in ANSI.sub("", coloured).removesuffix("\n").split("\n"))
    assert stripped == render(report, Style())
    assert "\x1b" not in stripped


LINE = st.text('ab \t日e\u0301\x1b"#[=', max_size=60)


def columns(text: str, start: int, end: int) -> str:
    """What stands in these columns of a row."""
    at, found = 0, ""
    for char in text:
        if (found and not char_width(char) and at <= end) or (start <= at < end and char_width(char)):
            found += char
        at += char_width(char)
    return found


@given(LINE, LINE, LINE, st.sampled_from([40, 100]))
def test_the_underline_stands_under_the_span(before: str, inside: str, after: str, width: int) -> None:
    assume("##" not in before + inside + after)
    assume(inside and not inside.startswith("\u0301") and not after.startswith("\u0301"))
    source = Source("x.route", f"{before}{inside}{after}")
    finding = Diagnostic(MISMATCH, "m", Span(source, len(before), len(before) + len(inside)), "LABEL")
    rows = render(CheckReport((finding,)), Style(width=width)).splitlines()
    underline = next(row for row in rows if row.endswith("LABEL"))
    start, end = underline.index("^"), underline.rindex("^") + 1
    marked = columns(rows[rows.index(underline) - 1] + " " * end, start, end)
    expected = "".join(char if char == "\t" else shown(char) for char in inside)
    pattern = re.escape(expected).replace("\\\t", " +").replace("\t", " +")
    assert re.fullmatch(pattern, marked) or ("..." in marked and width_of(expected) > width - 40)


@given(st.data())
def test_every_label_is_shown_once_whatever_the_marks(data: st.DataObject) -> None:
    text = data.draw(st.text("ab\n", max_size=80))
    source = Source("x.route", text)
    places = data.draw(st.lists(st.tuples(*[st.integers(0, len(text))] * 2), min_size=1, max_size=6))
    found = [Span(source, min(place), max(place)) for place in places]
    related = tuple(Label(span, f"LABEL{n};") for n, span in enumerate(found[1:], start=1))
    output = render(CheckReport((Diagnostic(MISMATCH, "m", found[0], "LABEL0;", related),)), Style())
    for number in range(len(found)):
        assert output.count(f"LABEL{number};") == 1
    numbered = [int(row.split("|")[0]) for row in output.splitlines() if re.match(r" *\d+ \|", row)]
    assert numbered == sorted(set(numbered))


@given(st.integers(20, 120), st.integers(0, 500), st.integers(0, 40))
def test_long_lines_are_clipped_to_the_width(width: int, start: int, size: int) -> None:
    source = Source("x.route", "abcdefghi " * 60)
    finding = Diagnostic(MISMATCH, "m", Span(source, start, start + size), "")
    rows = render(CheckReport((finding,)), Style(width=width)).splitlines()
    row = next(row for row in rows if row.startswith("1 |"))
    assert width_of(row) <= max(width, 24)
    assert source.text[start : start + min(size, 2)].rstrip() in row


def test_a_space_to_paste_is_not_shown_as_nothing() -> None:
    source = Source("a.route", "when v queue a\u2028else queue b\n")
    finding = Diagnostic(SYNTAX, "it stands here", Span(source, 14, 15), help="put a space there", fix=" ")
    text = render(CheckReport((finding,), ("a.route",), Severity.ERROR), Style())
    assert "put a space there" in text
    assert "to paste" not in text

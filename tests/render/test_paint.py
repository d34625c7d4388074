"""When there is colour, and that every kind of result has its formats."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Mapping

import pytest

from routebook.render import explanations, findings, graphs, rows, tests
from routebook.render.formats import named
from routebook.render.paint import DEFAULT_WIDTH, Ink, Style, line, painted, style_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, True),
    ],
)
def test_colour_on_a_terminal_that_wants_it(environ: Mapping[str, str], colour: bool) -> None:
    assert style_for(Terminal(), environ).colour is colour


def test_no_colour_and_a_fixed_width_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert style_for(io.StringIO(), {}) == Style(colour=False, width=DEFAULT_WIDTH)
    assert style_for(Terminal(), {}).width == 300
    assert style_for(io.StringIO(), {}, everything=True).everything


def test_ink_is_colour_and_never_markup() -> None:
    lines = [line("[bold]a[/bold] :smile: ", ("b", Ink.ERROR)), line(), line("  c  ")]
    assert painted(lines, Style()) == "[bold]a[/bold] :smile: b\n\n  c\n"
    assert painted(lines, Style(colour=True)) == "[bold]a[/bold] :smile: \x1b[1;31mb\x1b[0m\n\n  c  \n"


def test_formats_have_names_of_their_own() -> None:
    expected = {
        findings.FORMATS: ["text", "json", "sarif", "github", "junit"],
        explanations.FORMATS: ["text", "json", "html"],
        graphs.FORMATS: ["mermaid", "dot", "svg"],
        tests.FORMATS: ["text", "json", "sarif", "github", "junit"],
        rows.FORMATS: ["jsonl", "csv", "parquet"],
    }
    for formats, names in expected.items():
        assert [row.name for row in formats] == names
    with pytest.raises(KeyError):
        named(findings.FORMATS, "yaml")


def test_plain_text_does_not_pay_for_rich() -> None:
    code = "import routebook.render.findings, routebook.render.summary_text, sys; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""What is said about every mistake that people make in the text of a policy: golden files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from routebook.diagnostics import Diagnostic
from routebook.source import Source, Span
from routebook.syntax import kinds
from routebook.syntax.parse import MAX_SYNTAX_ERRORS, parse
from routebook.syntax.reading import read_source

CASES = Path(__file__).parents[1] / "cases" / "syntax" / "errors"
FILES = sorted(CASES.glob("*.cases"))


def snippets(path: Path) -> Iterator[tuple[str, str]]:
    """The titles and texts of a file of cases, each begun by a line `=== title`."""
    for part in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, text = part.partition("\n")
        yield title, text


def place(span: Span) -> str:
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def dump(finding: Diagnostic) -> Iterator[str]:
    """A finding in plain lines."""
    assert finding.span is not None
    shown = finding.span.text.replace("\n", "⏎")
    yield f"{place(finding.span)} {finding.code} ‹{shown if len(shown) < 60 else shown[:57] + '…'}›"
    yield f"    {finding.message}"
    if finding.label:
        yield f"    ^ {finding.label}"
    for label in finding.related:
        yield f"    @ {place(label.span)} {label.message}"
    if finding.help:
        yield f"    = {finding.help}"
    if finding.fix is not None:
        at = f" at {place(finding.fix_at)}" if finding.fix_at else ""
        yield f"    + `{finding.fix}`{at}"


def report(title: str, text: str) -> list[str]:
    """A case: its title, its text and what is found in it."""
    lines = [f"=== {title}", *(f"| {line}".rstrip() for line in text.rstrip("\n").split("\n"))]
    for finding in parse(Source("p.route", text)).findings:
        lines += dump(finding)
    return [*lines, ""]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_mistakes_are_explained(path: Path, golden: Callable[[Path, str], None]) -> None:
    lines = [line for title, text in snippets(path) for line in report(title, text)]
    golden(path.with_suffix(".txt"), "\n".join(lines))


# Characters that an editor would change or hide stand here rather than in a file of cases.
UNSEEN = {
    "a byte order mark in the middle": 'list a = ["x"]\n\ufefflist b = ["y"]\n',
    "a NUL character": "else queue\x00 a\n",
    "NUL characters in a row": "\x00\x00\x00",
    "a no-break space": "when score > 3\u00a0queue a\n",
    "a narrow no-break space in a number": "when score > 50\u202f000 queue a\n",
    "a zero-width space": "else\u200b queue a\n",
    "a line separator": "else queue a\u2028else queue b\n",
    "a control character": "else queue a\x07\n",
    "the end of a file as DOS has it": "else queue a\n\x1a",
    "an emoji for a name": "else queue 🔥\n",
    "an emoji in a name": "rule hot🔥 when score > 3 queue a\n",
    "a letter that looks like another": "when sсore > 3 queue a\n",
    "letters of another alphabet": "lead {\n  größe: integer\n  land: country\n}\n",
    "a full stop of another script": "else queue a。\n",
    "digits of another script": "when score > ٣ queue a\n",
    "a wide equals sign": "when score ＝ 3 queue a\n",
}


def test_what_cannot_be_seen_is_named(golden: Callable[[Path, str], None]) -> None:
    lines = [line for title, text in UNSEEN.items() for line in report(title, text)]
    shown = "\n".join(lines)
    assert all(parse(Source("p.route", text)).findings for text in UNSEEN.values())
    for character in "\x00\x07\x1a\u00a0\u200b\u2028\u202f\ufeff":
        shown = shown.replace(character, f"<U+{ord(character):04X}>")
    golden(CASES / "unseen.txt", shown)


def every_case() -> list[tuple[str, str]]:
    return [*(case for path in FILES for case in snippets(path)), *UNSEEN.items()]


@pytest.mark.parametrize(("title", "text"), every_case(), ids=[title for title, _ in every_case()])
def test_a_finding_is_well_formed(title: str, text: str) -> None:
    source = Source("p.route", text)
    findings = parse(source).findings
    assert findings
    for finding in findings:
        assert finding.kind in kinds.KINDS
        assert finding.span is not None
        for span in (finding.span, *(label.span for label in finding.related)):
            assert 0 <= span.start <= span.end <= len(text)
        for words in (finding.message, finding.label, finding.help or ""):
            assert words == words.strip()
            assert not words.endswith(".")
            assert words[:1] == words[:1].lower()
            assert words.count("`") % 2 == 0 or "```" in words
        assert finding.message


@pytest.mark.parametrize(("title", "text"), every_case(), ids=[title for title, _ in every_case()])
def test_a_fix_mends_its_mistake(title: str, text: str) -> None:
    for finding in parse(Source("p.route", text)).findings:
        if finding.fix is None or finding.fix_at is None:
            continue
        mended = text[: finding.fix_at.start] + finding.fix + text[finding.fix_at.end :]
        end = finding.fix_at.start + len(finding.fix)
        for other in parse(Source("p.route", mended)).findings:
            assert other.span is not None
            here = finding.fix_at.start <= other.span.start <= end
            assert other.message != finding.message or not here, mended


def test_reading_stops_after_many_errors() -> None:
    text = "".join(f"rule r{i}\n  when a = {i}\n  queue b\n\n" for i in range(100))
    findings = parse(Source("p.route", text)).findings
    assert len(findings) == MAX_SYNTAX_ERRORS + 1
    assert findings[-1].message == "there are more syntax errors than 20: reading stopped at line 82"


def test_as_many_errors_as_are_read_are_all() -> None:
    text = "".join(f"rule r{i}\n  when a = {i}\n  queue b\n\n" for i in range(MAX_SYNTAX_ERRORS))
    assert len(parse(Source("p.route", text)).findings) == MAX_SYNTAX_ERRORS


# --- Files that cannot be read ---------------------------------------------------------------------------


def unreadable(path: Path) -> tuple[str, str | None]:
    finding = read_source(path, "p.route")
    assert isinstance(finding, Diagnostic)
    assert finding.kind is kinds.UNREADABLE_FILE
    return finding.message, finding.help


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert unreadable(tmp_path / "no.route") == ("there is no file `p.route`", "check the path")


def test_a_folder_for_a_file(tmp_path: Path) -> None:
    assert unreadable(tmp_path) == ("`p.route` is a folder, not a policy file", "name a `.route` file")


def test_a_path_that_no_file_can_have() -> None:
    message, _ = unreadable(Path("a\x00b"))
    assert message.startswith("`p.route` cannot be read: ")


def test_text_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "p.route"
    path.write_bytes('# fine\nlist a = ["Zürich"]\n'.encode("latin-1"))
    assert unreadable(path) == (
        "`p.route` is not UTF-8 text: byte 20, in line 2, is no part of a character",
        "save the file as UTF-8",
    )


def test_text_in_two_bytes_a_character(tmp_path: Path) -> None:
    path = tmp_path / "p.route"
    path.write_bytes('list a = ["x"]\n'.encode("utf-16"))
    assert unreadable(path)[1] == "it looks like UTF-16: save the file as UTF-8"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_ends_of_other_systems_are_read(tmp_path: Path, mark: str, end: str) -> None:
    path = tmp_path / "p.route"
    path.write_bytes(f'{mark}list a = ["x"]{end}# é{end}list b = {end}'.encode())
    source = read_source(path)
    assert isinstance(source, Source)
    (finding,) = parse(source).findings
    assert finding.span is not None
    assert (finding.span.line, finding.span.column) == (3, 8)

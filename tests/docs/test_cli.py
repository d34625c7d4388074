"""The page about the command line says what the program takes."""

from __future__ import annotations

import re
import shlex
from typing import Final

import click
import pytest

from conftest import Golden
from routebook.cli.endings import COULD_NOT_RUN, INTERRUPTED, NO, READER_GONE
from routebook.cli.main import COMMANDS, cli
from support.documents import ROOT, blocks, section

PAGE: Final = ROOT / "docs" / "cli.md"


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def options(name: str) -> list[click.Option]:
    return [each for each in command(name).params if isinstance(each, click.Option)]


def _row(option: click.Option) -> str:
    context = click.Context(click.Command("any"))
    record = option.get_help_record(context)
    assert record is not None
    words, help = record
    if isinstance(option.type, click.Choice):
        words = f"{option.opts[0]} {'|'.join(option.type.choices)}"
    cells = (words.replace("|", "\\|"), " ".join(help.split()).replace("  ", " "))
    return f"| `{cells[0]}` | {cells[1]} |\n"


def test_the_tables_of_options_are_the_options(golden: Golden) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for row in COMMANDS:
        start, end = section(text, f"options {row.name}")
        rows = "".join(map(_row, options(row.name)))
        table = f"| option | is |\n| --- | --- |\n{rows}" if rows else ""
        text = text[:start] + table + text[end:]
    golden(PAGE, text)


def test_every_command_has_its_section() -> None:
    sections = re.findall(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in sections if name in {row.name for row in COMMANDS}] == [
        row.name for row in COMMANDS
    ]


def test_every_exit_code_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for code in (0, NO, COULD_NOT_RUN, INTERRUPTED, READER_GONE):
        assert f"\n| {code} | " in text


@pytest.mark.parametrize(
    "line",
    [line for block in blocks(PAGE) if not block.info for line in block.text.splitlines() if "COMMAND" not in line]
    + [
        line.strip()
        for row in COMMANDS
        for line in (command(row.name).help or "").replace("\\\n", "").splitlines()
        if line.strip().startswith("routebook ")
    ],
)  # fmt: skip
def test_examples_are_well_formed(line: str) -> None:
    """Each names a command and only options that it has; nothing is run."""
    words = shlex.split(re.split(r" [<>|] ", line)[0])
    assert words[0] == "routebook"
    parent = click.Context(cli, info_name="routebook", help_option_names=["-h", "--help"])
    context = command(words[1]).make_context(words[1], words[2:], parent=parent)
    assert context.params


def test_links_lead_somewhere() -> None:
    text = PAGE.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert [link for link in links if not (PAGE.parent / link).exists()] == []

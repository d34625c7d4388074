"""The tutorial, done from beginning to end: its files written, its commands run, what they print compared."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from conftest import Golden
from support.documents import ROOT, blocks
from support.reader import done

PAGE: Final = ROOT / "docs" / "tutorial.md"


@pytest.mark.slow
def test_the_tutorial_can_be_done(tmp_path: Path, golden: Golden) -> None:
    golden(PAGE, done(PAGE, tmp_path))


def test_the_tutorial_shows_policies_that_are_laid_out_as_fmt_does() -> None:
    from routebook.source import Source
    from routebook.syntax.format import format_source

    for block in blocks(PAGE):
        if block.info == "route policy_test.route":
            assert format_source(Source("page", block.text)) == block.text

"""The page on people who come twice: its commands run, what they print compared."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from conftest import Golden
from routebook.source import Source
from routebook.syntax.format import format_source
from support.documents import ROOT, blocks
from support.pages import replayed

PAGE: Final = ROOT / "docs" / "duplicates.md"


@pytest.mark.slow
def test_the_page_is_so(tmp_path: Path, golden: Golden) -> None:
    golden(PAGE, replayed(PAGE, tmp_path))


def test_the_policy_is_laid_out_as_fmt_does() -> None:
    (shown,) = (block for block in blocks(PAGE) if block.info.startswith("route "))
    assert format_source(Source("page", shown.text)) == shown.text

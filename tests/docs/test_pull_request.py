"""The pull request of the page, done from edit to proof: what is printed is what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from conftest import Golden
from support.documents import ROOT
from support.reader import done

PAGE: Final = ROOT / "docs" / "pull-request.md"


@pytest.mark.slow
def test_the_pull_request_can_be_made(tmp_path: Path, golden: Golden) -> None:
    golden(PAGE, done(PAGE, tmp_path))


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8"))
    assert [link for link in links if not (PAGE.parent / link).exists()] == []

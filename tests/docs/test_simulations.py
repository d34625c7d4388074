"""The page about simulations shows what the commands on it print now."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest

from support.documents import ROOT

PAGE = ROOT / "docs" / "simulations.md"


def script() -> ModuleType:
    spec = spec_from_file_location("simulations", ROOT / "tests" / "bench" / "simulations.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    # dataclasses look their module up
    import sys

    sys.modules["simulations"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_page_is_what_the_script_writes() -> None:
    for path, text in script().pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run make simulations"


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)", PAGE.read_text(encoding="utf-8"))
    assert [link for link in links if not (PAGE.parent / link).exists()] == []

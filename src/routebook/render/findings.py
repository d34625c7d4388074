"""The formats of findings."""

from __future__ import annotations

from typing import Final

from routebook.render import (
    findings_github,
    findings_json,
    findings_junit,
    findings_sarif,
    findings_text,
)
from routebook.render.formats import Format
from routebook.render.report import CheckReport

FORMATS: Final[tuple[Format[CheckReport], ...]] = (
    Format("text", findings_text.render, "for people: each finding in its place in the source"),
    Format("json", findings_json.render, "for programs"),
    Format("sarif", findings_sarif.render, "SARIF 2.1.0, for code scanning and editors"),
    Format("github", findings_github.render, "annotations on a pull request"),
    Format("junit", findings_junit.render, "JUnit XML, for CI servers"),
)

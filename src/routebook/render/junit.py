"""JUnit XML, as CI servers read it (the Jenkins xUnit plugin's schema is what most of them agree on)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from routebook.render.visible import visible, visible_lines


@dataclass(frozen=True, slots=True)
class Case:
    """A test case. `failure` is None where it passed, else the first line of why; `detail` all of it."""

    name: str
    class_name: str
    failure: str | None = None
    kind: str = ""
    detail: str = ""
    note: str = ""
    seconds: float = 0.0
    file: str | None = None
    line: int | None = None


def document(name: str, suites: Sequence[tuple[str, Sequence[Case]]]) -> str:
    """The suites, each with its cases, as one XML document."""
    every = [case for _, cases in suites for case in cases]
    root = ElementTree.Element("testsuites", {"name": name, **_totals(every)})
    for suite, cases in suites:
        element = ElementTree.SubElement(root, "testsuite", {"name": visible(suite), **_totals(cases)})
        for case in cases:
            _add(element, case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _totals(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.failure is not None for case in cases)),
        "errors": "0",
        "skipped": "0",
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _add(suite: ElementTree.Element, case: Case) -> None:
    attributes = {
        "name": visible(case.name),
        "classname": visible(case.class_name),
        "time": f"{case.seconds:.3f}",
    }
    if case.file:
        attributes["file"] = visible(case.file)
    if case.line is not None:
        attributes["line"] = str(case.line)
    element = ElementTree.SubElement(suite, "testcase", attributes)
    if case.failure is not None:
        attributes = {"message": visible(case.failure), "type": visible(case.kind)}
        ElementTree.SubElement(element, "failure", attributes).text = "\n".join(visible_lines(case.detail))
    if case.note:
        ElementTree.SubElement(element, "system-out").text = "\n".join(visible_lines(case.note))

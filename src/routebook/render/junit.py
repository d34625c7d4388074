"""JUnit XML, by the schema of Jenkins' xUnit plugin (junit-10.xsd), which is what most CI servers agree on."""

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


def document(name: str, suites: Sequence[tuple[str, Sequence[Case]]]) -> str:
    """The suites, each called by its file and with its cases, as one XML document."""
    every = [case for _, cases in suites for case in cases]
    root = ElementTree.Element("testsuites", {"name": name, **_totals(every)})
    for suite, cases in suites:
        named = {"name": visible(suite)} | ({"file": visible(suite)} if suite else {})
        totals = {**_totals(cases), "skipped": "0"}
        element = ElementTree.SubElement(root, "testsuite", {**named, **totals})
        for case in cases:
            _add(element, case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _totals(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.failure is not None for case in cases)),
        "errors": "0",
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _add(suite: ElementTree.Element, case: Case) -> None:
    attributes = {
        "name": visible(case.name),
        "classname": visible(case.class_name),
        "time": f"{case.seconds:.3f}",
    }
    element = ElementTree.SubElement(suite, "testcase", attributes)
    if case.failure is not None:
        attributes = {"message": visible(case.failure), "type": visible(case.kind)}
        ElementTree.SubElement(element, "failure", attributes).text = "\n".join(visible_lines(case.detail))
    if case.note:
        ElementTree.SubElement(element, "system-out").text = "\n".join(visible_lines(case.note))

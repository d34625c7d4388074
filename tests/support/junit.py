"""The schema of JUnit XML that Jenkins' xUnit plugin publishes.

No wheel has it, but pytest's source distribution does, which `make setup` puts beside the packages.
"""

from __future__ import annotations

import os
import sys
import tarfile
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

_FOLDER = Path(sys.prefix) / "schemas"
_NAME = "junit-10.xsd"


@cache
def _schema() -> etree.XMLSchema | None:
    for path in sorted(_FOLDER.glob("pytest-*.tar.gz")):
        with tarfile.open(path) as archive:
            file = archive.extractfile(next(n for n in archive.getnames() if n.endswith(f"/{_NAME}")))
            assert file is not None
            return etree.XMLSchema(etree.parse(BytesIO(file.read())))
    return None


def assert_junit(text: str) -> None:
    """The text is a document of the schema; without the schema the test is skipped, but never where CI runs it."""
    schema = _schema()
    if schema is None:
        assert not os.environ.get("CI"), f"no {_NAME} in {_FOLDER}: run `make setup`"
        pytest.skip(f"no {_NAME} in {_FOLDER}: run `make setup`")
    schema.assertValid(etree.parse(BytesIO(text.encode())))

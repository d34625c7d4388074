"""What an entry of a source's map may stand for."""

from __future__ import annotations

import pytest

import routebook.api as api
from routebook.decision import Lead
from routebook.diagnostics import PolicyError
from routebook.intake.validate import Intake

_POLICY = """
lead {{
  tags: set of ["crm", "voice"]
  kind: one of ["new", "old"] optional
}}
else queue q
source form {{ tags from "Interest" split by "|" map {{ {tags} }}  kind from "Kind" map {{ {kind} }} }}
"""


def _read(tags: str, kind: str, **record: object) -> Lead:
    policy = api.loads(_POLICY.format(tags=tags, kind=kind))
    tree = policy.tree
    return Intake(tree.schema, tree.timezone, tree.sources["form"]).lead(record)


def test_an_entry_of_a_set_stands_for_one_member_for_several_or_for_none() -> None:
    entries = '"Phone" to "voice", "Everything" to ["crm", "voice"], "News" to missing, else []'
    for text, members in {
        "phone": {"voice"},
        "Everything": {"crm", "voice"},
        "News|Phone": {"voice"},
        "News": set(),
        "something": set(),
    }.items():
        assert _read(entries, 'else "new"', Interest=text)["tags"] == members, text


def test_an_entry_of_a_single_value_is_no_list() -> None:
    with pytest.raises(PolicyError, match="a list does not fit where one of the listed texts is expected"):
        api.loads(_POLICY.format(tags='"a" to "crm"', kind='"N" to ["new"]'))


def test_the_members_of_a_mapped_list_are_checked() -> None:
    with pytest.raises(PolicyError, match="`fax` is not one of the listed values"):
        api.loads(_POLICY.format(tags='"a" to ["crm", "fax"]', kind='"N" to "new"'))

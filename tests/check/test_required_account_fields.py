"""Fields that a file of accounts fills need not come from a source."""

from __future__ import annotations

import pytest

from routebook import api
from routebook.diagnostics import PolicyError

POLICY = """
lead {{ id: id  company: text optional  {field}: rep }}
source crm {{ id from "ID"  company from "Company" }}
else assign rep {field} then queue q
"""


def test_an_account_field_may_be_left_to_the_accounts() -> None:
    assert api.loads(POLICY.format(field="account.owner")).tree.sources["crm"].fields.keys() == {
        "id",
        "company",
    }


def test_any_other_required_field_may_not() -> None:
    with pytest.raises(PolicyError, match="it never fills `seller`"):
        api.loads(POLICY.format(field="seller"))

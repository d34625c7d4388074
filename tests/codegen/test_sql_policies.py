"""Every worked policy runs in DuckDB and in PostgreSQL, and decides its leads there as the walk does."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

pytest.importorskip("sqlglot")

from routebook import api
from routebook.api import Policy
from routebook.codegen.sql.query import compile_sql
from routebook.codegen.sql.refusal import SqlRefused
from routebook.decision import Lead
from routebook.intake.leads import Reject, read_leads
from routebook.settings import settings_for
from support.warehouses import ID, agree
from support.worked import FOLDERS, POLICIES, leads_file

DATA: Final = POLICIES.parents[1] / "shared" / "data"
MOMENTS: Final = (datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 1, 4, tzinfo=UTC))
databases = pytest.mark.parametrize(
    "dialect", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgres), "sqlite"]
)
worked = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
NOT_IN_SQLITE: Final = {
    "deal_value": "there is no exact type for decimals",
    "industry": "it has no regular expressions",
    "territory": "it has no regular expressions",
    "use_case": "it has no regular expressions",
}


def leads_in(policy: Policy, file: Path, source: str | None, most: int = 1_000) -> list[Lead]:
    tree = policy.tree
    found = read_leads(file, tree.schema, tree.timezone, tree.sources[source] if source is not None else None)
    return [item.lead for _, item in zip(range(most), found, strict=False) if not isinstance(item, Reject)]


def agree_or_refuse(policy: Policy, leads: list[Lead], dialect: str, reason: str | None) -> None:
    assert leads
    for now in MOMENTS:
        if dialect == "sqlite" and reason is not None:
            with pytest.raises(SqlRefused, match=reason):
                compile_sql(policy.tree, dialect, id_column=ID, now=now)
        else:
            agree(policy, leads, now, dialect)


@databases
@worked
def test_a_worked_policy_decides_its_leads(folder: Path, dialect: str) -> None:
    policy = api.load(folder)
    leads = leads_in(policy, leads_file(folder), settings_for(folder).source)
    agree_or_refuse(policy, leads, dialect, NOT_IN_SQLITE.get(folder.name))


@databases
def test_the_online_courses_on_real_leads(dialect: str) -> None:
    file = DATA / "x-education-leads" / "leads.csv"
    if not file.exists():
        pytest.skip("the published leads are not beside the checkout")
    folder = POLICIES / "online_courses"
    policy = api.load(folder)
    agree_or_refuse(policy, leads_in(policy, file, settings_for(folder).source), dialect, None)


@databases
def test_the_opportunities_of_a_real_crm(dialect: str, tmp_path: Path) -> None:
    data, folder = DATA / "crm-sales-opportunities", POLICIES / "crm_sales"
    if not data.exists():
        pytest.skip("the published opportunities are not beside the checkout")
    build = [sys.executable, "-I", "-S", str(folder / "build.py"), str(data), str(tmp_path)]
    subprocess.run(build, capture_output=True, check=True)
    policy = api.load(folder)
    agree_or_refuse(policy, leads_in(policy, next(tmp_path.glob("leads*")), "pipeline"), dialect, None)

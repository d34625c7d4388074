"""What init writes is clean, tested, in the canonical layout, and takes every lead of the file it came from."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routebook import api
from routebook.files import PolicyFile
from routebook.intake.leads import Incoming, Leads
from routebook.intake.validate import Intake
from routebook.roster import Roster
from routebook.routing import Router, run_tests
from routebook.settings import read_settings
from routebook.source import Source
from routebook.starter.project import POLICY, project_for, sample_project
from routebook.starter.table import read_table
from routebook.syntax.format import format_source

REAL = Path(__file__).parents[3] / "shared" / "data"


def written(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def check_project(folder: Path, leads: Path, rejects: int = 0, route: bool = True) -> None:
    """The three things that its CI file asks, then every lead of the file."""
    tests = folder / "policy_test.route"
    set_up = read_settings(folder / "routebook.toml")
    roster = Roster.load(folder / "roster.toml")
    findings = api.check_file(PolicyFile(folder / POLICY, tests), roster, set_up).findings
    assert [finding.message for finding in findings] == []
    for path in (folder / POLICY, tests):
        text = path.read_text(encoding="utf-8")
        assert format_source(Source("policy", text)) == text
    policy = api.load(folder, prove=True, roster=roster)
    results = run_tests(policy, roster)
    assert results
    assert [result.failures for result in results if not result.passed] == []
    source = policy.tree.sources[set_up.source] if set_up.source else None
    intake = Intake(policy.tree.schema, policy.tree.timezone, source)
    taken = list(Leads(leads, intake))
    fitting = [item.lead for item in taken if isinstance(item, Incoming)]
    assert len(taken) - len(fitting) == rejects, [item for item in taken if not isinstance(item, Incoming)]
    if route:
        with Router(policy, roster) as router:
            assert len(list(router.route_many(fitting))) == len(fitting)


def test_the_sample_project(tmp_path: Path) -> None:
    folder = written(tmp_path, sample_project())
    check_project(folder, folder / "leads.csv")


@pytest.mark.skipif(not REAL.exists(), reason="the real leads are not here")
@pytest.mark.parametrize(
    "name",
    ["x-education-leads/leads.csv", "crm-sales-opportunities/sales_pipeline.csv",
     "crm-sales-opportunities/accounts.csv", "crm-sales-opportunities/sales_teams.csv",
     "crm-sales-opportunities/products.csv"],
)  # fmt: skip
def test_real_leads(tmp_path: Path, name: str) -> None:
    check_project(written(tmp_path, project_for(read_table(REAL / name))), REAL / name, route=False)


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("id,kind\n1,a\n2\n3,b\n")
    table = read_table(leads)
    assert (table.rows, table.unread) == (2, 1)
    check_project(written(tmp_path / "new", project_for(table)), leads, rejects=1)


def test_ambiguous_dates_are_remarked_on(tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("id,seen\n1,1/2/2026\n2,3/4/2026\n")
    texts = project_for(read_table(leads))
    assert 'as "%m/%d/%Y", or as "%d/%m/%Y"' in texts[POLICY]
    check_project(written(tmp_path / "new", texts), leads)


cells = st.one_of(
    st.sampled_from(
        ["", " ", "0", "1", "yes", "No", "5.0", "-7", "12.5", "007", "1e3", "2026-01-31", "1/2/2026", "31/1/2026",
         "2026-01-31 09:30", "09:30", "a@b.example", "DE", "Germany", "Select", "n/a", "web", "Web ", "event"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A CSV file: some of its columns draw from few values, so that lists are found."""
    width = draw(st.integers(1, 5))
    header = draw(
        st.lists(
            st.one_of(
                st.sampled_from(
                    ["id", "Lead ID", "Country", "when", "rep", "email", "email.domain", "Zip", "now.x"]
                ),
                st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=8),
            ).filter(lambda name: name.strip() != ""),
            min_size=width,
            max_size=width,
            unique_by=lambda name: name.strip().casefold(),
        )
    )
    pools = [draw(st.lists(cells, min_size=1, max_size=4)) for _ in header]
    rows = draw(st.lists(st.tuples(*(st.sampled_from(pool) for pool in pools)), min_size=1, max_size=12))
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


@given(tables())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_gives_a_project_that_works(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("table")
    leads = folder / "leads.csv"
    leads.write_text(text, encoding="utf-8", newline="")
    table = read_table(leads)
    check_project(written(folder / "new", project_for(table)), leads, rejects=table.unread)

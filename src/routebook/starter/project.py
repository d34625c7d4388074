"""The files of a project to begin with, as texts by their paths."""

from __future__ import annotations

from typing import Final

from routebook.starter.policy_text import POOL, laid_out, policy_text, source_name, tests_text
from routebook.starter.table import Table

POLICY: Final = "policy.route"
LEADS: Final = "leads.csv"

_ROSTER: Final = f"""\
# Who gets leads, and when. A rep whose hours are left out cannot be asked for availability.
timezone = "UTC"

[pools.{POOL}]
members = ["ana", "bogdan"]

[reps.ana]
name = "Ana Example"
email = "ana@example.com"
hours = {{ "mon-fri" = "09:00-17:30" }}

[reps.bogdan]
name = "Bogdan Example"
email = "bogdan@example.com"
hours = {{ "mon-fri" = "09:00-17:30" }}
"""

_SETTINGS: Final = """\
# What the options of routebook's commands would say otherwise.
roster = "roster.toml"
"""

_STORE: Final = """\
# Without a store every run begins afresh; with one, turns and loads go on from run to run.
# store = "sqlite:///leads.db"
"""

_WORKFLOW: Final = """\
# Every change is checked before a lead meets it. GitHub reads this at the root of a repository.
name: routebook
on: [push, pull_request]
permissions:
  contents: read
jobs:
  policy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install routebook
      - run: routebook check --format github .
      - run: routebook fmt --check .
      - run: routebook test --format github .
"""

_SAMPLE_POLICY: Final = f"""\
policy "Inbound leads"
  timezone "UTC"

# What a lead has: every rule is checked against it.
lead {{
  id:        id
  email:     email
  industry:  one of ["health", "finance", "education", "other"]
  country:   country
  score:     integer 0..100
  employees: integer 1.. optional
}}

define enterprise = employees >= 1000

# Rules are tried from the top, and the first whose condition holds takes the lead.
rule strategic_health "Health leads with a high score"
  when industry in ["health"] and score >= 70
  assign pool {POOL} by availability
  under fast_response

rule large_companies
  when enterprise
  assign pool {POOL} by load

rule too_early
  when score < 10
  nurture newsletter

# Every other lead, and one that its own rule could not place, goes round robin over all reps.
else round_robin all
  then queue triage

sla fast_response {{
  respond within 2h business then reassign 2 times then queue triage
}}
"""

_SAMPLE_TESTS: Final = f"""\
test "a strategic health lead goes to the first team" {{
  lead {{ industry: "health", score: 80, country: "US" }}
  expect rule strategic_health
  expect pool {POOL}
}}

test "a lead with hardly any score is nurtured" {{
  lead {{ score: 5, employees: missing, industry: "finance" }}
  expect nurture newsletter
}}

test "the others go round" {{
  lead {{ industry: "education", score: 50, employees: 20 }}
  expect rule else
}}
"""

_SAMPLE_LEADS: Final = """\
id,email,industry,country,score,employees
L-1,mira@clinic.example,health,DE,82,140
L-2,tom@bank.example,finance,United States,55,2400
L-3,ada@school.example,education,RO,8,
L-4,li@shop.example,other,FR,40,12
L-5,jo@hospital.example,health,GB,64,3100
L-6,eve@studio.example,other,ES,31,5
"""


def sample_project() -> dict[str, str]:
    """A project that shows the language, with some leads to route."""
    return {
        POLICY: laid_out(_SAMPLE_POLICY),
        "policy_test.route": laid_out(_SAMPLE_TESTS),
        "roster.toml": _ROSTER,
        "routebook.toml": _SETTINGS + _STORE,
        ".github/workflows/routebook.yml": _WORKFLOW,
        LEADS: _SAMPLE_LEADS,
    }


def project_for(table: Table) -> dict[str, str]:
    """A project for the leads of a table."""
    source = source_name(table)
    settings = _SETTINGS + (f'source = "{source}"\n' if source is not None else "") + _STORE
    return {
        POLICY: policy_text(table),
        "policy_test.route": tests_text(table),
        "roster.toml": _ROSTER,
        "routebook.toml": settings,
        ".github/workflows/routebook.yml": _WORKFLOW,
    }

"""Every command and every way to use one wrongly, as a person sees it. Golden files hold what comes of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.cli import NOW, run, steady, transcript

CASES = Path(__file__).parents[1] / "cases" / "cli"


@dataclass(frozen=True)
class Case:
    """What is typed, and what is sent to standard input; `shows` are files to show afterwards."""

    name: str
    line: str
    code: int
    stdin: str | bytes = ""
    shows: tuple[str, ...] = ()


LEAD = '{"id": "X", "industry": "other", "country": "DE", "score": 50}'
BY_ROW = f"route gaps.route --despite-findings --roster roster.toml --leads rows.csv --now {NOW}"
BROKEN = "route broken.route --leads rows.csv --roster roster.toml"
WHY = f"explain good.route --roster roster.toml --now {NOW} --lead leads.csv --lead-id"
LEARNS = f"learns.route --leads leads.csv --roster roster.toml --now {NOW}"
SIMULATE = f"simulate good.route --roster roster.toml --leads leads.csv --now {NOW}"
ROUTE = f"route good.route --roster roster.toml --now {NOW}"

SECONDS = (
    "lead { id: id  at: time } rule day when at between 09:00 and 17:59:59 queue a "
    "rule evening when at between 18:00 and 23:59:59 queue b rule night when at < 09:00 queue c"
)

TRANSCRIPTS = (
    # --- the program itself
    Case("help", "--help", 0),
    Case("no-command", "", 2),
    Case("unknown-command", "chek good.route", 2),
    Case("unknown-command-alike-none", "frobnicate", 2),
    Case("unknown-option", "check --fail good.route", 2),
    *(
        Case(f"help-{name}", f"{name} --help", 0)
        for name in ("init", "check", "fmt", "test", "decide", "route", "explain", "diff", "graph")
    ),
    # --- check
    Case("check-good", "check good.route", 0),
    Case("check-with-roster", "check good.route --roster roster.toml", 0),
    Case("check-broken", "check broken.route", 1),
    Case("check-broken-json", "check broken.route --format json", 1),
    Case("check-warning", "check warned.route", 0),
    Case("check-warning-fails", "check warned.route --fail-on warning", 1),
    Case("check-imported-once", "check library", 0),
    Case("check-folder", "check team", 0),
    Case("check-stdin", "check -", 1, "when scor >= 70 and vip round_robin all"),
    Case("check-stdin-twice", "check - -", 2),
    Case("check-stdin-not-utf8", "check -", 2, b"lead { id: id }\n# caf\xe9\n"),
    Case("check-missing-file", "check god.route", 2),
    Case("check-missing-folder", "check no/such/place.route", 2),
    Case("check-empty-folder", "check empty", 2),
    Case("check-not-utf8", "check latin1.route", 2),
    Case("check-broken-roster", "check good.route --roster broken.toml", 2),
    Case("check-missing-roster", "check good.route --roster rooster.toml", 2),
    Case("check-unknown-pool", "check team/policy.route --roster roster.toml", 1),
    Case("check-broken-settings", "check misset", 2),
    Case("check-bad-fail-on", "check good.route --fail-on fatal", 2),
    Case("check-bad-format", "check good.route --format xml", 2),
    Case("check-no-path", "check", 2),
    Case("check-budget", "check gaps.route --budget 0s --fail-on info", 1),
    Case("check-budget-enough", "check good.route --budget 1m30s --roster roster.toml", 0),
    Case("check-bad-budget", "check good.route --budget 30", 2),
    Case("check-write-baseline", "check gaps.route --baseline b.json --write-baseline", 0, shows=("b.json",)),
    Case("check-write-baseline-where", "check gaps.route --write-baseline", 2),
    Case("check-write-baseline-over-policy", "check gaps.route --baseline gaps.route --write-baseline", 2),
    Case("check-write-baseline-broken", "check broken.route --baseline b.json --write-baseline", 1),
    Case("check-baseline", "check gaps.route --baseline known.json", 0),
    Case("check-baseline-gone", "check gaps.route good.route --baseline gone.json", 1),
    Case("check-baseline-missing", "check gaps.route --baseline b.json", 2),
    Case("check-baseline-none", "check gaps.route --baseline leads.csv", 2),
    Case("check-baseline-damaged", "check gaps.route --baseline damaged.json", 2),
    Case("check-empty-path", "check ''", 2),
    # --- past leads
    Case("route-history", f"route {LEARNS} --history past.csv", 0),
    Case("route-history-mistakes", f"route {LEARNS} --history past_wrong.csv", 2),
    Case("route-history-missing", f"route {LEARNS} --history pst.csv", 2),
    Case("route-history-twice", f"route {LEARNS} --history leads.csv --output leads.csv", 2),
    Case("route-history-not-asked-for", f"{ROUTE} --leads leads.csv --history past.csv", 0),
    Case("explain-history", f"explain {LEARNS} --lead-id L-2 --history past.csv".replace("--leads", "--lead"), 0),
    # --- simulate
    Case("help-simulate", "simulate --help", 0),
    Case("simulate", f"{SIMULATE} --every 20m --wins bogdan=40", 0),
    Case("simulate-against", f"{SIMULATE} --against gaps.route", 0),
    Case("simulate-json", f"simulate {LEARNS} --history past.csv --format json --wins ana=10%", 0),
    Case("simulate-page", f"{SIMULATE} --html -", 0),
    Case("simulate-rejects", f"simulate good.route --roster roster.toml --leads dirty.csv --now {NOW}", 0),
    Case("simulate-no-roster", "simulate good.route --leads leads.csv", 2),
    Case("simulate-no-leads", "simulate good.route --roster roster.toml", 2),
    Case("simulate-no-such-field", f"{SIMULATE} --at score", 2),
    Case("simulate-no-such-rep", f"{SIMULATE} --wins bogdn=40", 2),
    Case("simulate-bad-win", f"{SIMULATE} --wins bogdan:40", 2),
    Case("simulate-bad-time", f"{SIMULATE} --every soon", 2),
    Case("simulate-no-time", f"{SIMULATE} --sweep 0s", 2),
    Case("simulate-over-leads", f"{SIMULATE} --html leads.csv", 2),
    Case("simulate-against-stdin", "simulate good.route --against gaps.route --roster roster.toml --leads -", 2),
    Case("simulate-broken", "simulate broken.route --roster roster.toml --leads leads.csv", 2),
    # --- fmt
    Case("fmt", "fmt untidy.route good.route", 0, shows=("untidy.route",)),
    Case("fmt-check", "fmt --check .", 2),
    Case("fmt-check-would-change", "fmt --check untidy.route good.route", 1, shows=("untidy.route",)),
    Case("fmt-check-clean", "fmt --check good.route", 0),
    Case("fmt-diff", "fmt --diff untidy.route", 0, shows=("untidy.route",)),
    Case("fmt-check-diff", "fmt --check --diff untidy.route", 1),
    Case("fmt-stdin", "fmt -", 0, "when score>=50 queue hot else queue cold"),
    Case("fmt-stdin-check", "fmt --check -", 1, "when score>=50 queue hot else queue cold"),
    Case("fmt-line-ends", "fmt --diff windows.route", 0),
    Case("fmt-syntax-error", "fmt unclosed.route untidy.route", 2, shows=("unclosed.route", "untidy.route")),
    Case("fmt-missing-file", "fmt untidi.route", 2),
    # --- test
    Case("test-passes", "test good.route", 0),
    Case("test-by-the-tests-name", "test good_test.route", 0),
    Case("test-fails", "test failing.route", 1),
    Case("test-json", "test failing.route --format json", 1),
    Case("test-none", "test warned.route", 0),
    Case("test-rep-without-roster", "test reps.route", 1),
    Case("test-rep", "test reps.route --roster roster.toml", 0),
    Case("test-broken-policy", "test broken.route good.route", 2),
    Case("test-library", "test library/regions.route", 0),
    Case("test-stdin", "test -", 0, 'lead { id: id } else queue q test "all" { lead {} expect queue q }'),
    Case("test-coverage", "test good.route --coverage", 0),
    Case("test-coverage-json", "test good.route --coverage --format json", 0),
    Case("test-coverage-github", "test good.route --min-coverage 51 --format github", 1),
    Case("test-coverage-sarif", "test good.route --coverage --format sarif", 0),
    Case("test-coverage-junit", "test good.route --coverage --format junit", 0),
    Case("test-coverage-too-little", "test good.route --min-coverage 51", 1),
    Case("test-coverage-just", "test good.route --min-coverage 50", 0),
    Case("test-coverage-bad", "test good.route --min-coverage 101", 2),
    Case("test-generate", "test good.route --generate --min-coverage 100", 0, shows=("good_test.route",)),
    Case("test-generate-new", "test night.route --generate --min-coverage 100", 0, shows=("night_test.route",)),
    Case("test-generate-stdin", "test - --generate", 0, 'lead { id: id vip: bool } when vip queue a else queue b'),
    Case("test-generate-between", "test - --generate", 0, SECONDS),
    Case("test-budget", "test night.route --generate --coverage --budget 0s", 0),
    Case("test-refuted", "test rare.route", 1),
    # --- decide
    Case("decide", "decide good.route --leads leads.csv", 0),
    Case("decide-csv", "decide good.route --leads leads.csv --output out.csv", 0, shows=("out.csv",)),
    Case("decide-stdin", "decide good.route --leads -", 0, LEAD),
    Case("decide-policy-on-stdin", "decide - --leads rows.csv", 0, "lead { score: integer 0..100 } else queue q"),
    Case("decide-rejects-summed-up", "decide good.route --leads dirty.csv", 0),
    Case(
        "decide-rejects-kept",
        "decide good.route --leads dirty.csv --output out.jsonl --rejects rejects.jsonl",
        0,
        shows=("out.jsonl", "rejects.jsonl"),
    ),
    Case("decide-strict", "decide good.route --leads dirty.csv --output out.jsonl --strict", 1),
    Case("decide-strict-clean", "decide good.route --leads leads.csv --output out.jsonl --strict", 0),
    Case("decide-source", "decide good.route --leads crm.csv --source crm", 0),
    Case("decide-unknown-source", "decide good.route --leads crm.csv --source crn", 2),
    Case("decide-no-source", "decide warned.route --leads crm.csv --source hubspot", 2),
    Case("decide-undecided", "decide gaps.route --leads rows.csv", 0),
    Case("decide-broken-policy", "decide broken.route --leads rows.csv", 2),
    Case("decide-library", "decide library/regions.route --leads rows.csv", 2),
    Case("decide-two-policies", "decide library --leads rows.csv", 2),
    Case("decide-now-without-offset", "decide good.route --leads leads.csv --now 2026-03-02T10:00", 2),
    Case("decide-now-without-time", "decide good.route --leads leads.csv --now 2026-03-02", 2),
    Case("decide-now-nonsense", "decide good.route --leads leads.csv --now tomorrow", 2),
    Case("decide-no-leads", "decide good.route", 2),
    Case("decide-missing-leads", "decide good.route --leads lead.csv", 2),
    Case("decide-leads-folder", "decide good.route --leads team", 2),
    Case("decide-leads-unknown-ending", "decide good.route --leads leads.txt", 2),
    Case("decide-leads-format", "decide good.route --leads leads.txt --leads-format csv", 0),
    Case("decide-leads-bad-format", "decide good.route --leads leads.txt --leads-format xlsx", 2),
    Case("decide-leads-empty", "decide good.route --leads empty.csv", 2),
    Case("decide-leads-header-only", "decide good.route --leads header.csv", 0),
    Case("decide-leads-unknown-columns", "decide good.route --leads crm.csv", 0),
    Case("decide-leads-no-column-known", "decide good.route --leads strange.csv", 2),
    Case("decide-leads-not-utf8", "decide good.route --leads latin1.csv", 0),
    Case("decide-leads-utf16", "decide good.route --leads utf16.csv", 2),
    Case("decide-leads-not-json", "decide good.route --leads torn.json", 2),
    Case("decide-output-unknown-ending", "decide good.route --leads leads.csv --output out.xlsx", 2),
    Case("decide-output-no-folder", "decide good.route --leads leads.csv --output no/such/out.csv", 2),
    Case("decide-output-is-folder", "decide good.route --leads leads.csv --output folder.csv", 2),
    Case("decide-output-is-leads", "decide good.route --leads leads.csv --output ./leads.csv", 2),
    Case(
        "decide-output-is-rejects",
        "decide good.route --leads leads.csv --output a.jsonl --rejects a.jsonl",
        2,
    ),
    Case("decide-rejects-to-stdout", "decide good.route --leads leads.csv --rejects -", 2),
    Case("decide-rejects-as-csv", "decide good.route --leads leads.csv --rejects a.csv", 2),
    Case("decide-stdin-twice", "decide - --leads -", 2),
    # --- route
    Case("route", f"{ROUTE} --leads leads.csv", 0),
    Case("route-csv", f"{ROUTE} --leads leads.csv --output out.csv", 0, shows=("out.csv",)),
    Case("route-rejects", f"{ROUTE} --leads dirty.csv --rejects bad.jsonl --strict", 1, shows=("bad.jsonl",)),
    Case("route-by-row", BY_ROW, 0),
    Case("route-settings", f"route team --leads team/leads.jsonl --now {NOW}", 0),
    Case("route-no-roster", "route good.route --leads leads.csv", 2),
    Case("route-broken-roster", "route good.route --leads leads.csv --roster broken.toml", 2),
    Case("route-roster-folder", "route good.route --leads leads.csv --roster team", 2),
    Case("route-broken-policy", BROKEN, 2),
    Case("route-broken-policy-despite", f"{BROKEN} --despite-findings", 2),
    Case("route-refused", f"route team/policy.route --leads team/leads.jsonl --roster roster.toml --now {NOW}", 2),
    Case(
        "route-despite-findings",
        f"route team/policy.route --leads team/leads.jsonl --roster roster.toml --store memory: --now {NOW} "
        "--despite-findings",
        0,
    ),
    Case("route-store-without-id", f"{BY_ROW} --store sqlite:///s.db", 2),
    Case("route-store-unknown", f"{ROUTE} --leads leads.csv --store leads.db", 2),
    Case("route-store-no-folder", f"{ROUTE} --leads leads.csv --store sqlite:///no/such/s.db", 2),
    Case("route-store-not-a-database", f"{ROUTE} --leads leads.csv --store sqlite:///leads.csv", 2),
    # --- explain
    Case("explain", "explain good.route --lead lead.json", 0),
    Case("explain-roster", f"explain good.route --lead lead.json --roster roster.toml --now {NOW}", 0),
    Case("explain-json", f"explain good.route --lead lead.json --roster roster.toml --now {NOW} --format json", 0),
    Case("explain-stdin", "explain good.route --lead -", 0, LEAD),
    Case("explain-from-file", "explain good.route --lead leads.csv --lead-id L-3", 0),
    Case("explain-by-row", "explain gaps.route --lead rows.csv --lead-id 2 --all", 0),
    Case("explain-source", "explain good.route --lead crm.csv --lead-id 9001 --source crm", 0),
    Case("explain-several", "explain good.route --lead leads.csv", 2),
    Case("explain-not-in-file", "explain good.route --lead leads.csv --lead-id L-33", 2),
    Case("explain-unfit", "explain good.route --lead dirty.csv --lead-id L-2", 2),
    Case("explain-nothing", "explain", 2),
    Case("explain-no-policy", "explain --lead lead.json", 2),
    Case("explain-no-store", "explain --lead-id L-1", 2),
    Case("explain-store-not-there", "explain --lead-id L-1 --store sqlite:///nothing.db", 2),
    Case("explain-why-not", f"{WHY} L-3 --why-not seniors", 0),
    Case("explain-why-not-json", f"{WHY} L-3 --why-not seniors --format json", 0),
    Case("explain-why-not-pool", f"{WHY} L-3 --why-not pool:senior", 0),
    Case("explain-why-not-all", "explain shadowed.route --lead - --why-not pool:all", 0, '{"id": "X", "score": 80}'),
    Case("explain-why-not-rep", f"{WHY} L-1 --why-not rep:bogdan", 0),
    Case("explain-why-not-rep-outside", f"{WHY} L-1 --why-not rep:chris", 0),
    Case("explain-why-not-there", f"{WHY} L-1 --why-not seniors", 0),
    Case("explain-why-not-never", "explain shadowed.route --lead - --why-not never", 0, '{"id": "X", "score": 80}'),
    Case("explain-why-not-no-roster", "explain good.route --lead lead.json --why-not rep:ana", 2),
    Case("explain-why-not-unknown-rule", f"{WHY} L-3 --why-not senors", 2),
    Case("explain-why-not-unknown-pool", f"{WHY} L-3 --why-not pool:seniors", 2),
    Case("explain-why-not-unknown-rep", f"{WHY} L-3 --why-not rep:anna", 2),
    Case("explain-why-not-html", f"{WHY} L-3 --why-not seniors --format html", 0),
    Case("explain-why-not-no-lead", "explain --lead-id L-1 --why-not seniors", 2),
    # --- diff
    Case("diff", "diff good.route edited.route", 1),
    Case("diff-same", "diff good.route renamed.route", 0),
    Case("diff-json", "diff good.route edited.route --format json", 1),
    Case("diff-markdown", f"diff good.route edited.route --leads leads.csv --now {NOW} --format markdown", 1),
    Case("diff-leads", f"diff good.route edited.route --leads leads.csv --roster roster.toml --now {NOW}", 1),
    Case("diff-other-fields", "diff gaps.route good.route", 1),
    Case("diff-other-fields-stdin", "diff gaps.route good.route --leads -", 2, LEAD),
    Case("diff-stdin", "diff good.route -", 1, "lead { id: id } else queue q"),
    Case("diff-stdin-twice", "diff - -", 2),
    Case("diff-missing", "diff good.route god.route", 2),
    Case("diff-broken", "diff good.route broken.route", 2),
    Case("diff-no-git", "diff main:good.route good.route", 2),
    Case("diff-one", "diff good.route", 2),
    # --- graph
    Case("graph", "graph good.route", 0),
    Case("graph-dot", "graph good.route --format dot", 0),
    Case("graph-broken", "graph broken.route", 2),
    Case("graph-stdin", "graph -", 0, "lead { id: id } else queue q"),
    # --- init
    Case("init", "init new", 0, shows=("new/policy.route", "new/policy_test.route", "new/routebook.toml")),
    Case(
        "init-from",
        "init new --from export.csv",
        0,
        shows=("new/policy.route", "new/policy_test.route", "new/roster.toml", "new/routebook.toml"),
    ),
    Case("init-from-stdin", "init new --from -", 0, "id,kind\n1,a\n2,a\n3,b\n4,b\n", shows=("new/policy.route",)),
    Case("init-there-already", "init team --from export.csv", 2),
    Case("init-into-a-file", "init leads.csv", 2),
    Case("init-from-missing", "init new --from exprt.csv", 2),
    Case("init-from-empty", "init new --from empty.csv", 2),
    Case("init-from-header-only", "init new --from header.csv", 2),
    Case("init-stdout", "init -", 2),
)  # fmt: skip

EXPORT = """\
Record ID,Company Size,Lead Source,Country,Signed up,Customer,Revenue,E-mail,Notes
7001,25,Web,Germany,03/14/2026,yes,12.50,ana@example.com,likes cats
7002,2400,Web,France,12/31/2025,no,,bo@example.com,
7003,,Event,Germany,01/20/2026,no,99,li@example.com,"call, later"
7004,12,Event,unknown,02/02/2026,no,0.75,,Select
"""


@pytest.fixture(autouse=True)
def oddities(folder: Path) -> None:
    """Files that no repository keeps well: other encodings, other line ends, empty ones."""
    (folder / "latin1.route").write_bytes('# caf\xe9\nelse queue "q"\n'.encode("latin-1"))
    (folder / "windows.route").write_bytes((folder / "good.route").read_bytes().replace(b"\n", b"\r\n"))
    (folder / "unclosed.route").write_text("lead { id: id\nwhen score >= 5 queue q\n")
    (folder / "empty").mkdir()
    (folder / "folder.csv").mkdir()
    (folder / "misset").mkdir()
    (folder / "misset" / "policy.route").write_text("lead { id: id } else queue q\n")
    (folder / "misset" / "routebook.toml").write_text('rooster = "roster.toml"\n')
    leads = (folder / "leads.csv").read_text()
    (folder / "leads.txt").write_text(leads)
    (folder / "empty.csv").write_text("")
    (folder / "header.csv").write_text(leads.splitlines(keepends=True)[0])
    (folder / "strange.csv").write_text("colour,shape\nred,round\n")
    (folder / "latin1.csv").write_bytes(leads.replace("L-2", "L-\xe9").encode("latin-1"))
    (folder / "utf16.csv").write_bytes(leads.encode("utf-16"))
    (folder / "torn.json").write_text('[{"id": "L-1", "industry": ')
    (folder / "export.csv").write_text(EXPORT)
    good = (folder / "good.route").read_text()
    edited = good.replace("score >= 70", "score >= 60").replace("score < 10", "score < 5")
    (folder / "edited.route").write_text(edited)
    night = "lead {\n  id: id\n}\n\nrule night when now.hour >= 22 queue night\nelse queue day\n"
    (folder / "night.route").write_text(night)
    rare = " and ".join(f"{name} == {(ord(name) * 7919) % 9973}" for name in "abcdefgh")
    fields = "".join(f"  {name}: integer 0..9999\n" for name in "abcdefgh")
    test = 'test "never rare" {\n  lead { a: 222 }\n  expect queue common\n}\n'
    (folder / "rare.route").write_text(
        f"lead {{\n{fields}}}\nwhen {rare} queue rare\nelse queue common\n{test}"
    )
    shadowed = "lead {{ id: id score: integer 0..100 }} {} when score >= 70 queue {} else queue cold\n"
    (folder / "shadowed.route").write_text(shadowed.format("when score >= 50 queue hot rule never", "never"))
    (folder / "renamed.route").write_text(good.replace("rule seniors", "rule veterans"))


@pytest.mark.parametrize("case", TRANSCRIPTS, ids=lambda case: case.name)
def test_transcript(case: Case, folder: Path, golden: Callable[[Path, str], None]) -> None:
    result = run(case.line, case.stdin)
    text = transcript(case.line, result)
    for name in case.shows:
        text += f"--- {name}\n{(folder / name).read_text(encoding='utf-8')}"
    assert "Traceback" not in text
    assert result.exit_code == case.code, text
    golden(CASES / f"{case.name}.txt", steady(text))


def test_every_transcript_has_a_name_of_its_own() -> None:
    names = [case.name for case in TRANSCRIPTS]
    assert len(set(names)) == len(names)
    known = {path.stem for path in CASES.glob("*.txt")}
    assert known == set(names)

"""How commands end: exit codes, what is left behind, and never a traceback."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from routebook import api
from routebook.cli.main import COMMANDS, cli
from support.cli import NOW, run


def fail(*args: object, **named: object) -> None:
    raise ZeroDivisionError("no such\nthing")


def test_a_mistake_of_ours_is_one_line_that_asks_to_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "check_loaded", fail)
    result = run("check good.route")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "ZeroDivisionError: no such\\nthing" in result.stderr
    assert "please report it" in result.stderr


def test_debugging_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "check_loaded", fail)
    monkeypatch.setenv("ROUTEBOOK_DEBUG", "1")
    assert "Traceback" in run("check good.route").stderr
    monkeypatch.setenv("ROUTEBOOK_DEBUG", "0")
    assert "Traceback" not in run("check good.route").stderr


def test_ctrl_c_is_one_line_and_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "check_loaded", interrupt)
    result = run("check good.route")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted\n")


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_command_explains_itself_with_an_example(row) -> None:  # type: ignore[no-untyped-def]
    result = run(f"{row.name} --help")
    assert result.exit_code == 0
    assert f"Example:\n    routebook {row.name} " in result.stdout
    assert row.doc in run("--help").stdout


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert run("--version").stdout == f"routebook {version('routebook')}\n"


def test_the_group_can_be_run_by_another_program() -> None:
    assert cli.main(["graph", "good.route"], standalone_mode=False) is None
    with pytest.raises(api.PolicyError):
        cli.main(["graph", "broken.route"], standalone_mode=False)


# --- Output files -----------------------------------------------------------------------------------------


def others(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_a_run_that_fails_leaves_the_old_output_alone(folder: Path) -> None:
    (folder / "out.csv").write_text("precious")
    (folder / "torn.jsonl").write_text('{"id": "A", "industry": "other", "country": "DE", "score": 5}\n')
    result = run("decide good.route --leads torn.jsonl --output out.csv --rejects no/such.jsonl")
    assert result.exit_code == 2
    assert (folder / "out.csv").read_text() == "precious"
    assert others(folder) == []


def test_an_interrupted_run_leaves_the_old_output_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "out.csv").write_text("precious")
    decided = []

    def decide(self: api.Policy, *args: object) -> None:
        decided.append(args)
        if len(decided) == 3:
            raise KeyboardInterrupt
        return original(self, *args)  # type: ignore[arg-type,return-value]

    original = api.Policy.decide
    monkeypatch.setattr(api.Policy, "decide", decide)
    result = run("decide good.route --leads leads.csv --output out.csv")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
    assert (folder / "out.csv").read_text() == "precious"
    assert others(folder) == []


def test_rows_written_before_ctrl_c_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = []

    def decide(self: api.Policy, *args: object) -> None:
        decided.append(args)
        if len(decided) == 3:
            raise KeyboardInterrupt
        return original(self, *args)  # type: ignore[arg-type,return-value]

    original = api.Policy.decide
    monkeypatch.setattr(api.Policy, "decide", decide)
    result = run("decide good.route --leads leads.csv")
    assert result.exit_code == 130
    assert result.stdout.count("\n") == 2
    assert result.stdout.endswith("}\n")


def test_an_output_keeps_its_permissions_and_follows_a_link(folder: Path) -> None:
    real = folder / "real.csv"
    real.write_text("old")
    real.chmod(0o640)
    (folder / "link.csv").symlink_to(real)
    assert run("decide good.route --leads leads.csv --output link.csv").exit_code == 0
    assert (folder / "link.csv").is_symlink()
    assert real.read_text().startswith("lead,")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_new_output_is_readable_as_the_user_wants(folder: Path) -> None:
    mask = os.umask(0o027)
    try:
        run("decide good.route --leads leads.csv --output out.csv")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((folder / "out.csv").stat().st_mode) == 0o640


def test_rejects_are_written_anew_even_where_there_are_none(folder: Path) -> None:
    (folder / "bad.jsonl").write_text("of last week")
    run("decide good.route --leads leads.csv --rejects bad.jsonl")
    assert (folder / "bad.jsonl").read_text() == ""


def test_fmt_follows_a_link(folder: Path) -> None:
    (folder / "link.route").symlink_to(folder / "untidy.route")
    assert run("fmt link.route").exit_code == 0
    assert (folder / "link.route").is_symlink()
    assert (folder / "untidy.route").read_text().startswith("lead {\n")


def test_fmt_leaves_a_clean_file_untouched(folder: Path) -> None:
    before = (folder / "good.route").stat()
    run("fmt good.route")
    after = (folder / "good.route").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


# --- Settings and stores -------------------------------------------------------------------------------------


def test_a_store_in_the_settings_is_beside_them(folder: Path) -> None:
    assert run(f"route team --leads team/leads.jsonl --now {NOW}").exit_code == 0
    assert (folder / "team" / "team.db").exists()
    assert not (folder / "team.db").exists()


def test_a_store_remembers_from_run_to_run() -> None:
    line = f"route good.route --leads leads.csv --roster roster.toml --now {NOW} --store sqlite:///s.db"
    first, second = ([json.loads(row) for row in run(line).stdout.splitlines()] for _ in ("first", "second"))
    # what went to nurture may come again, and is routed anew
    assert [row["again"] for row in second] == [True, True, False, True]
    assert [row | {"again": False} for row in second] == first


def test_the_source_of_the_settings_can_be_turned_off(folder: Path) -> None:
    (folder / "routebook.toml").write_text('source = "crm"\n')
    assert run("decide good.route --leads crm.csv --strict").exit_code == 0
    assert run("decide good.route --leads leads.csv --strict").exit_code == 2
    assert run("decide good.route --leads leads.csv --source none --strict").exit_code == 0


def test_a_wrong_source_in_the_settings_names_them(folder: Path) -> None:
    (folder / "routebook.toml").write_text('source = "crn"\n')
    result = run("decide good.route --leads crm.csv")
    assert result.exit_code == 2
    assert "routebook.toml` asks for; did you mean `crm`?" in result.stderr


def test_lint_levels_of_the_settings_hold(folder: Path) -> None:
    (folder / "routebook.toml").write_text('[lint]\nunused-name = "error"\n')
    assert run("check warned.route").exit_code == 1
    (folder / "routebook.toml").write_text('[lint]\nRB302 = "off"\n')
    assert run("check warned.route --fail-on info").exit_code == 0


def test_explaining_leaves_no_store_behind(folder: Path) -> None:
    line = f"explain good.route --lead lead.json --roster roster.toml --now {NOW} --store sqlite:///s.db"
    assert run(line).exit_code == 0
    assert not (folder / "s.db").exists()


def test_explaining_a_lead_that_is_in_the_store_says_so() -> None:
    run(f"route good.route --leads leads.csv --roster roster.toml --now {NOW} --store sqlite:///s.db")
    line = "explain good.route --lead leads.csv --roster roster.toml --store sqlite:///s.db --lead-id"
    assert "has been routed already" in run(f"{line} L-1").stdout
    assert "has been routed already" not in run(f"{line} L-3").stdout


def test_explaining_from_the_log_with_another_policy_says_so(folder: Path) -> None:
    store = "--store sqlite:///s.db"
    run(f"route good.route --leads leads.csv --roster roster.toml --now {NOW} {store}")
    assert "not the one that decided" not in run(f"explain good.route --lead-id L-2 {store}").stdout
    text = (folder / "good.route").read_text()
    (folder / "good.route").write_text(text.replace("score >= 70", "score >= 71"))
    assert "not the one that decided" in run(f"explain good.route --lead-id L-2 {store}").stdout
    assert "tried before it" in run(f"explain --lead-id L-2 {store}").stdout


def test_explaining_what_the_log_does_not_know() -> None:
    run(f"route good.route --leads leads.csv --roster roster.toml --now {NOW} --store sqlite:///s.db")
    result = run("explain --lead-id L-99 --store sqlite:///s.db")
    assert (result.exit_code, result.stderr) == (2, "error: the store sqlite:///s.db knows no lead `L-99`\n")


def test_a_shared_mistake_is_said_once(folder: Path) -> None:
    (folder / "library" / "regions.route").write_text('list dach = ["DE", "AT", 5]\n')
    report = run("check library").stdout
    assert report.count("5]") == 1


def test_a_run_that_cannot_begin_leaves_no_store_behind(folder: Path) -> None:
    line = f"route good.route --roster roster.toml --now {NOW} --store sqlite:///s.db"
    assert run(f"{line} --leads nothing.csv").exit_code == 2
    assert run(f"{line} --leads leads.csv --output no/such/out.csv").exit_code == 2
    assert not (folder / "s.db").exists()


def test_a_shared_syntax_error_stops_tests_and_is_said_once(folder: Path) -> None:
    (folder / "library" / "regions.route").write_text("list dach = [\n")
    result = run("test library")
    assert result.exit_code == 2
    assert result.stderr.count("syntax-error") == 1


@pytest.mark.parametrize("now", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
@pytest.mark.parametrize("command", ["decide", "route --roster roster.toml", "explain"])
def test_moments_at_the_ends_of_time(folder: Path, now: str, command: str) -> None:
    (folder / "clock.route").write_text(
        'policy "clock"\n  timezone "Asia/Tokyo"\nlead { id: id }\nwhen now.hour < 9 queue early\nelse queue late\n'
    )
    leads = "--lead lead.json" if command == "explain" else "--leads lead.json"
    result = run(f"{command} clock.route {leads} --now {now}")
    assert "internal error" not in result.stderr
    assert result.exit_code in (0, 2)

"""`audit` as a person sees it: what differs, the exit code, and the seal."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from support.cli import NOW, SCHEMAS, run

STORE = "--store sqlite:///s.db"
LATER = "2026-03-02T11:00+01:00"


@pytest.fixture(autouse=True)
def routed(folder: Path) -> None:
    """A store with a day's work, of a policy that is gone."""
    text = (folder / "good.route").read_text(encoding="utf-8")
    (folder / "gone.route").write_text(text, encoding="utf-8")
    done = run(f"route gone.route --leads leads.csv --roster roster.toml --now {NOW} {STORE}")
    assert done.exit_code == 0, done.stderr
    assert run(f"sweep --now {LATER} {STORE} --roster roster.toml").exit_code == 0
    (folder / "gone.route").unlink()
    (folder / "roster.toml").unlink()


def tamper(statement: str) -> None:
    """What somebody can do who has the file."""
    with sqlite3.connect("s.db") as connection:
        connection.executescript(
            f"DROP TRIGGER routebook_log_UPDATE; DROP TRIGGER routebook_log_DELETE; {statement}"
        )
    connection.close()


def test_all_is_well() -> None:
    done = run(f"audit {STORE}")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith("replayed, each as it was recorded\n")
    said = json.loads(run(f"audit {STORE} --format json").stdout)
    assert said["well"]
    assert said["rows"] == said["replayed"] > 0


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("UPDATE routebook_log SET body = replace(body, 'ana', 'eva') WHERE seq = 1", {"changed", "replay"}),
        ("UPDATE routebook_log SET rep = 'eva' WHERE seq = 1", {"changed"}),
        ("UPDATE routebook_log SET body = '{' WHERE seq = 1", {"changed", "replay"}),
        ("DELETE FROM routebook_log WHERE seq = (SELECT max(seq) FROM routebook_log)", {"missing", "state"}),
        ("UPDATE routebook_reps SET active = 7", {"state"}),
    ],
)
def test_what_somebody_did(statement: str, kinds: set[str]) -> None:
    tamper(statement)
    done = run(f"audit {STORE} --format json")
    assert done.exit_code == 1
    said = json.loads(done.stdout)
    schema = json.loads((SCHEMAS / "audit.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(said)
    assert kinds <= {each["kind"] for each in said["differences"]}
    assert done.stderr == ""
    assert (
        run(f"audit {STORE}")
        .stdout.splitlines()[-1]
        .endswith("difference" if said["found"] == 1 else "differences")
    )


def test_a_seal_shows_a_log_that_was_cut_with_all_that_goes_with_it() -> None:
    assert run(f"audit {STORE} --seal safe.seal").exit_code == 0
    assert run(f"audit {STORE} --seal safe.seal").exit_code == 0
    Path("s.db").unlink()
    for rest in ("s.db-wal", "s.db-shm"):
        Path(rest).unlink(missing_ok=True)
    sqlite3.connect("s.db").close()
    from routebook.runtime.stores import open_store

    open_store("sqlite:///s.db").close()
    assert run(f"audit {STORE}").exit_code == 0
    done = run(f"audit {STORE} --seal safe.seal")
    assert done.exit_code == 1
    assert "it had" in done.stdout
    assert "when the seal was written, and has fewer" in done.stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("audit", "which store? name it by --store"),
        ("audit --store sqlite:///none.db", "there is no store sqlite:///none.db"),
        (f"audit {STORE} --seal leads.csv", "`leads.csv` cannot be used: it does not read as a seal"),
    ],
)
def test_what_cannot_run(line: str, words: str) -> None:
    done = run(line)
    assert done.exit_code == 2
    assert words in done.stderr

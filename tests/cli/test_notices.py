"""`presence` and `deliver` as a person sees them, and duplicates in a run of `route`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from support.cli import NOW, SCHEMAS, run
from support.hooks import SECRET, Hook, hook

STORE = "--store sqlite:///s.db"
POLICY = """\
lead { id: id  email: email  score: integer 0..100 }
when score >= 80 assign pool senior by availability then queue triage
else queue triage
"""
HOOK = '[notify.hook]\nurl = "{url}"\nsecret = "HOOK_SECRET"\nattempts = 2\n'


@pytest.fixture
def web() -> Iterator[Hook]:
    with hook() as found:
        yield found


def routed(settings: str, leads: str = "L-1,a@b.c,90\nL-2,d@e.f,10\n") -> str:
    Path("routebook.toml").write_text(settings)
    Path("p.route").write_text(POLICY)
    Path("l.csv").write_text(f"id,email,score\n{leads}")
    done = run(f"route p.route --leads l.csv --roster roster.toml --now {NOW} --output o.csv {STORE}")
    assert done.exit_code == 0, done.stderr
    return done.stderr


def schema(name: str) -> Draft202012Validator:
    found = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(found, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_presence() -> None:
    routed("")
    done = run(f"presence ana offline --at {NOW} --roster roster.toml {STORE}")
    assert (done.exit_code, done.stdout) == (0, "ana: offline since 2026-03-02T09:00:00Z\n")
    again = run(f"presence ana offline {STORE}")
    assert again.stdout == "ana: offline since 2026-03-02T09:00:00Z; that was known\n"
    shown = json.loads(run(f"presence ana online --at 2026-03-02T12:00Z --format json {STORE}").stdout)
    schema("presence").validate(shown)
    assert shown == {"rep": "ana", "presence": "online", "since": "2026-03-02T12:00:00Z", "again": False}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "presence anna offline --roster roster.toml",
            "there is no rep `anna` in the roster: did you mean `ana`?",
        ),
        ("presence eve offline", "knows no rep `eve`: name the roster by --roster"),
        ("presence ana away", "'away' is not one of"),
        ("presence ana offline --at noon", "`noon` is not a date and time"),
        ("deliver", "the settings name no destination under [notify]"),
        (
            "deliver --watch 5s --list dead",
            "--watch, --list and --retry are three different things: take one",
        ),
        ("deliver --list died", "'died' is not one of"),
        ("deliver --retry k1", "no dead notice has the key `k1`"),
        ("deliver --watch soon", "`soon` is not a length of time"),
    ],
)
def test_what_does_not_fit_is_refused(line: str, words: str) -> None:
    routed("")
    done = run(f"{line} {STORE}")
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_that_is_not_set_is_told_before_anything_is_sent(web: Hook) -> None:
    routed(HOOK.format(url=web.url))
    done = run(f"deliver {STORE}")
    assert (done.exit_code, web.received) == (2, [])
    assert "the environment variable `HOOK_SECRET`" in done.stderr


def test_delivery(web: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    routed(HOOK.format(url=web.url))
    done = run(f"deliver --format json {STORE}")
    assert done.exit_code == 0, done.stderr
    (line,) = [json.loads(each) for each in done.stdout.splitlines()]
    schema("delivery").validate(line)
    assert (line["state"], line["addressee"], line["destination"]) == ("delivered", "rep ana", "hook")
    assert web.keys == [line["key"]]
    assert run(f"deliver {STORE}").stdout == ""
    listed = [
        json.loads(each) for each in run(f"deliver --list all --format json {STORE}").stdout.splitlines()
    ]
    assert listed == [line]


def test_what_fails_is_told_and_what_is_dead_is_listed(web: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    routed(HOOK.format(url=web.url).replace("= 2", "= 1"))
    web.status = 503
    done = run(f"deliver {STORE}")
    assert done.exit_code == 1
    assert (
        "L-1: assigned for rep ana to hook: dead after 1 attempt, it answered 503; its key is " in done.stdout
    )
    assert run(f"deliver --list dead {STORE}").stdout == done.stdout
    web.status = 200
    assert run(f"deliver --retry all {STORE}").stderr == "1 notice will be tried again\n"
    assert run(f"deliver {STORE}").stdout == "L-1: assigned for rep ana to hook: delivered\n"


def test_standard_output_is_for_notices_where_they_go_there() -> None:
    routed('handoff = ["email"]\n[notify.out]\nfile = "-"\n')
    done = run(f"deliver {STORE}")
    notice = json.loads(done.stdout)
    schema("notice").validate(notice)
    assert notice["lead"] == {"id": "L-1", "fields": {"email": "a@b.c"}}
    assert done.stderr == "L-1: assigned for rep ana to out: delivered\n"


def test_a_destination_that_was_renamed_is_told(tmp_path: Path) -> None:
    routed('[notify.old]\nfile = "told.jsonl"\n')
    Path("routebook.toml").write_text('[notify.new]\nfile = "told.jsonl"\n')
    done = run(f"deliver {STORE}")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "note: 1 notice for `old`, which the settings do not name any more" in done.stderr


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            '[notify.a]\nurl = "file:///etc/passwd"\nsecret = "S"\n',
            "is not an address that begins with https://",
        ),
        ('[notify.a]\nurl = "https://u:p@x.y"\nsecret = "S"\n', "it holds a password"),
        ('[notify.a]\nurl = "https://x.y"\n', "it needs a `secret`"),
        ('[notify.a]\nurl = "https://x.y"\nsecret = "s3cret!"\n', "the name of an environment variable"),
        ("[notify.a]\n", "it needs either a `url` or a `file`"),
        ('[notify.a]\nfile = "x"\nattempt = 3\n', "did you mean `attempts`?"),
        ('[dedupe]\nemail = "a month"\n', "`a month` is not a length of time such as 30d"),
        ('[dedupe]\nscore = "30d"\n', "leads cannot be known by `score`"),
        ('handoff = ["emial"]\n[notify.a]\nfile = "x"\n', "nobody can be told `emial`"),
    ],
)
def test_settings_that_cannot_be(settings: str, words: str) -> None:
    routed("")
    Path("routebook.toml").write_text(settings)
    done = run(f"route p.route --leads l.csv --roster roster.toml {STORE}")
    assert done.exit_code == 2
    assert words in done.stderr
    assert "s3cret!" not in done.stderr
    assert "Traceback" not in done.stderr


def test_duplicates_are_counted_and_explained() -> None:
    said = routed('[dedupe]\nemail = "30d"\n', "L-1,a@b.c,90\nL-2,A@B.C,10\nL-3,x@y.z,90\n")
    assert said.startswith("3 leads, 1 duplicate\n")
    explained = run(f"explain --lead-id L-2 {STORE}")
    assert explained.stdout.startswith(
        "Lead L-2 went to ana: duplicate of lead L-1: the same email, first seen "
    )
    assert "within the window of 30 days" in explained.stdout
    shown = json.loads(run(f"explain --lead-id L-2 --format json {STORE}").stdout)
    schema("explanation").validate(shown)
    new = run(f"route p.route --leads l.csv --roster roster.toml --now {NOW} {STORE}").stdout.splitlines()[1]
    schema("assignment").validate(json.loads(new))

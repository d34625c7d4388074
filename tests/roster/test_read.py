"""Rosters from TOML: what they say, and every mistake at once, each in its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.diagnostics import Diagnostic, PolicyError
from routebook.roster import ALWAYS, DayRange, OnReturn, Roster, RotationScope
from routebook.roster.canon import as_toml
from routebook.roster.places import places_of
from routebook.source import Source

CASES = Path(__file__).parent.parent / "cases" / "roster"

GOOD = '''
timezone = "Europe/Berlin"

[pools.senior_health]
members = ["bogdan", "ana"]         # the declared order
on_return = "average"
scope = "rule"

[pools.smb]
members = [
  "ana",   # first
  'carla',
]

[reps.ana]
name = "Ana Pop"
email = "ana@example.com"
timezone = "Europe/Bucharest"
hours = { "mon-fri" = "09:00-17:30", sat = ["10:00-12:00", "13:00-14:00"] }
holidays = "RO"
away = ["2026-12-22..2027-01-02", 2026-05-01]
weight = 2
capacity = 25
caps = { day = 10, week = 40 }
languages = ["ro", "en"]

[reps.bogdan]
hours = "always"
weight = 0
active = false

["reps".carla]
caps.day = 3
"team.size" = 4
'''  # fmt: skip


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        Roster.loads(text, "roster.toml")
    return [finding.message for finding in raised.value.findings]


def test_everything_that_a_roster_says() -> None:
    roster = Roster.loads(GOOD)
    assert roster.timezone == ZoneInfo("Europe/Berlin")
    assert list(roster.reps) == ["ana", "bogdan", "carla"]
    ana = roster.reps["ana"]
    assert (ana.name, ana.email, ana.weight, ana.capacity) == ("Ana Pop", "ana@example.com", 2, 25)
    assert ana.caps.day == 10
    assert ana.caps.week == 40
    assert ana.away == (
        DayRange(date(2026, 5, 1), date(2026, 5, 1)),
        DayRange(date(2026, 12, 22), date(2027, 1, 2)),
    )
    assert ana.hours is not None
    assert ana.hours.days[0] == ((540, 1050),)
    assert ana.hours.days[5] == ((600, 720), (780, 840))
    assert ana.hours.days[6] == ()
    assert dict(ana.fields) == {"languages": ["ro", "en"]}
    assert roster.zone_of(ana) == ZoneInfo("Europe/Bucharest")
    bogdan = roster.reps["bogdan"]
    assert (bogdan.hours, bogdan.weight, bogdan.active) == (ALWAYS, 0, False)
    assert roster.zone_of(bogdan) == ZoneInfo("Europe/Berlin")
    carla = roster.reps["carla"]
    assert (carla.weight, carla.capacity, carla.hours, carla.caps.day, carla.caps.week) == (
        1,
        None,
        None,
        3,
        None,
    )
    assert dict(carla.fields) == {"team.size": 4}
    pool = roster.pools["senior_health"]
    assert (pool.members, pool.on_return, pool.scope) == (
        ("bogdan", "ana"),
        OnReturn.AVERAGE,
        RotationScope.RULE,
    )
    assert roster.pools["smb"].on_return is OnReturn.RESUME


def test_all_is_every_active_rep_in_order() -> None:
    roster = Roster.loads(GOOD)
    assert [rep.id for rep in roster.members("all")] == ["ana", "carla"]
    assert [rep.id for rep in roster.members("senior_health")] == ["bogdan", "ana"]
    assert roster.has_pool("all")
    assert not roster.has_pool("nobody")


@pytest.mark.parametrize("case", sorted(CASES.glob("*.toml")), ids=lambda path: path.stem)
def test_mistakes(case: Path, golden: Callable[[Path, str], None]) -> None:
    with pytest.raises(PolicyError) as raised:
        Roster.loads(case.read_text(), case.name)
    shown = []
    for finding in raised.value.findings:
        assert finding.code == "RB205"
        assert finding.name == "invalid-roster"
        assert finding.span is not None
        line = finding.span.source.line_text(finding.span.line)
        under = " " * (finding.span.column - 1) + "^" * max(1, len(finding.span.text.partition("\n")[0]))
        shown.append(
            f"{finding.file}:{finding.span.line}:{finding.span.column}: {finding.message}\n"
            f"  | {line}\n  | {under}\n  = {finding.help}\n"
        )
    golden(case.with_suffix(".findings"), "\n".join(shown))


def test_no_file(tmp_path: Path) -> None:
    def message(path: Path) -> str:
        with pytest.raises(PolicyError) as raised:
            Roster.load(path)
        (finding,) = raised.value.findings
        assert finding.file == str(path)
        assert finding.help
        return finding.message.replace(str(path), "PATH")

    assert message(tmp_path / "none.toml") == "the roster `PATH` does not exist"
    assert message(tmp_path) == "`PATH` is a folder, not a roster"
    (tmp_path / "latin.toml").write_bytes('[reps.a]\nname = "Jürgen"\n'.encode("latin-1"))
    assert message(tmp_path / "latin.toml") == "the roster `PATH` is not UTF-8 text (at byte 18)"
    assert "cannot be read" in message(tmp_path / "latin.toml" / "below")


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "roster.toml"
    path.write_bytes(b"\xef\xbb\xbf[reps.ana]\n")
    assert list(Roster.load(path).reps) == ["ana"]
    assert list(Roster.loads("\ufeff[reps.ana]\n").reps) == ["ana"]


def test_the_same_member_twice_and_unknown_members_are_found_beside_other_mistakes() -> None:
    found = problems('[pools.smb]\nscop = "pool"\nmembers = ["ana", "anna", "ana"]\n[reps.ana]\n')
    assert found == [
        "the pool `smb` has no key `scop`",
        "the pool `smb` has a member `anna`, but there is no such rep",
        "the pool `smb` has the member `ana` twice",
    ]


# --- the digest and the text -----------------------------------------------------------------------------


def test_layout_and_comments_do_not_change_the_digest() -> None:
    plain = Roster.loads(
        '[pools.p]\nmembers = ["a", "b"]\n[reps.a]\nhours = { mon = "9:00-12:00,13:00-17:00" }\n[reps.b]'
    )
    other = Roster.loads(
        '# a roster\ntimezone = "UTC"\n[reps]\na.hours.mon = ["13:00 - 17:00", "09:00 - 12:00"] # split\n'
        '[reps.b]\nweight = 1\nactive = true\n[pools]\np = {members = ["a", "b"], scope = "pool"}\n'
    )
    assert plain.digest == other.digest
    assert plain.digest.startswith("sha256:")


@pytest.mark.parametrize(
    "change",
    [
        ("weight = 2", "weight = 3"),
        ("capacity = 25", "capacity = 26"),
        ('"09:00-17:30"', '"09:00-17:00"'),
        ('holidays = "RO"', 'holidays = "DE"'),
        ("2026-05-01", "2026-05-02"),
        ('["bogdan", "ana"]', '["ana", "bogdan"]'),
        ('on_return = "average"', 'on_return = "resume"'),
        ('timezone = "Europe/Berlin"', 'timezone = "Europe/Paris"'),
        ('["ro", "en"]', '["ro"]'),
        ("Ana Pop", "Ana Popa"),
        ("active = false", "active = true"),
    ],
)
def test_every_change_of_meaning_changes_the_digest(change: tuple[str, str]) -> None:
    assert Roster.loads(GOOD).digest != Roster.loads(GOOD.replace(*change)).digest


def test_the_text_says_the_same() -> None:
    roster = Roster.loads(GOOD)
    assert roster.text == GOOD
    assert Roster.loads(as_toml(roster)).digest == roster.digest


@given(
    st.dictionaries(
        st.text(min_size=1).filter(str.strip), st.dictionaries(st.text(), st.text(max_size=5)), min_size=1
    )
)
def test_law_a_written_roster_reads_the_same(reps: dict[str, dict[str, str]]) -> None:
    known = {
        "id",
        "name",
        "email",
        "timezone",
        "hours",
        "holidays",
        "away",
        "weight",
        "capacity",
        "caps",
        "active",
    }
    try:
        roster = Roster.model_validate(
            {
                "reps": {
                    id: {"id": id} | {k: v for k, v in rep.items() if k not in known}
                    for id, rep in reps.items()
                }
            }
        )
        text = as_toml(roster)
        text.encode()
    except (UnicodeEncodeError, ValueError):
        return
    again = Roster.loads(text)
    assert again.reps == roster.reps
    assert again.digest == roster.digest


# --- places ----------------------------------------------------------------------------------------------


def _value_at(raw: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        raw = raw[key]
    return raw


TRICKY = GOOD + '''
[reps.d]
multi = """
a "quoted" \\"text\\" ]} # no comment
ends in quotes"""""
raw = \'\'\'it\'s [raw]\'\'\'
nested = [[1, 2], [{ a = 1, "b.c" = [true] }]]
"key # x" = { x = "}", y = [ "]", 1979-05-27T07:32:00Z ] }
e.f."g h".i = -1.5e3
[[reps.d.rows]]
x = 1
[[reps.d.rows]]
x = 2
'''  # fmt: skip


def test_every_place_holds_its_value() -> None:
    raw = tomllib.loads(TRICKY)
    places = places_of(Source("t", TRICKY))
    assert ("reps", "d", "rows", 1, "x") in places
    assert ("reps", "d", "key # x", "y", 1) in places
    for path, place in places.items():
        if place.value is not None:
            assert tomllib.loads(f"v = {place.value.text}")["v"] == _value_at(raw, path), path
            assert path[-1] in (0, 1) or str(path[-1]) in place.key.text


def _findings(text: str) -> tuple[Diagnostic, ...]:
    try:
        Roster.loads(text)
    except PolicyError as error:
        return error.findings
    return ()


edits = st.lists(
    st.tuples(st.integers(0, len(TRICKY)), st.integers(0, 3), st.text("[]{}\"'=.,#\n a0-:é\t", max_size=3))
)


@given(edits)
def test_law_a_broken_roster_is_a_finding(edits: list[tuple[int, int, str]]) -> None:
    text = TRICKY
    for at, length, new in edits:
        text = text[:at] + new + text[at + length :]
    found = _findings(text)
    assert all(
        finding.span and finding.span.line >= 1 and finding.message and finding.help for finding in found
    )


json_like = st.recursive(
    st.one_of(
        st.integers(-2, 3), st.booleans(), st.sampled_from(["", "ana", "2026-02-30", "RO", "always", "x"])
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["mon", "day", "ana", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
rep_keys = st.sampled_from(
    ["name", "email", "timezone", "hours", "holidays", "away", "weight", "capacity", "caps", "active", "id"]
)
pool_keys = st.sampled_from(["members", "on_return", "scope", "catch_up", "memebrs"])


@given(
    st.dictionaries(st.sampled_from(["ana", "bogdan"]), st.dictionaries(rep_keys, json_like)),
    st.dictionaries(
        st.sampled_from(["smb", "all", "a-b"]), st.dictionaries(pool_keys, json_like) | json_like
    ),
)
def test_law_values_of_every_shape_are_taken_or_found(reps: dict[str, Any], pools: dict[str, Any]) -> None:
    from routebook.roster.canon import _key, _toml

    text = "".join(
        f"[reps.{id}]\n" + "".join(f"{k} = {_toml(v)}\n" for k, v in rep.items()) for id, rep in reps.items()
    )
    text += "[pools]\n" + "".join(f"{_key(name)} = {_toml(pool)}\n" for name, pool in pools.items())
    assert all(finding.span for finding in _findings(text))

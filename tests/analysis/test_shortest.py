"""Shortest texts in several languages at once: what RE2 says of them, and that small products are enough."""

from __future__ import annotations

from itertools import product
from typing import Final

import pytest
import re2
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routebook import api
from routebook.analysis import shortest
from routebook.analysis.clock import Clock, OutOfTime
from routebook.analysis.domains.base import Undecided
from routebook.analysis.letters import alphabet
from routebook.analysis.patterns import Regex
from routebook.analysis.proof import prove
from routebook.analysis.shortest import Clash, Shortest
from routebook.analysis.tables import Table
from routebook.analysis.words import AfterAt, Begins, Has, Listed, Machine, Proper, is_accepting, read
from routebook.check.conditions import Pattern
from support.patterns import PATTERNS, options

WORDS: Final = ["".join(word) for length in range(4) for word in product("ab1 .", repeat=length)]
LITERALS: Final = st.text("ab1", min_size=1, max_size=3)
PLAIN: Final = st.one_of(
    LITERALS.map(Begins),
    LITERALS.map(Has),
    LITERALS.map(lambda literal: Has(literal, at_end=True)),
    st.lists(LITERALS, max_size=3).map(Listed),
    st.just(Proper(email=False)),
)


def is_in(machine: Machine, text: str) -> bool:
    return is_accepting(machine, read(machine, machine.start(), text))


def machine_of(text: str) -> Regex:
    """The machine of a pattern, for those that RE2 and we take."""
    try:
        re2.compile(text, options())
        return Regex(Pattern(text, False))
    except (re2.error, Undecided):
        assume(False)
        raise


@given(
    st.lists(st.tuples(PATTERNS, st.booleans()), min_size=1, max_size=3),
    st.lists(st.tuples(PLAIN, st.booleans()), max_size=2),
)
@settings(max_examples=200, deadline=None)
def test_what_is_found_is_as_wanted_and_nothing_shorter_is(
    patterns: list[tuple[str, bool]], plain: list[tuple[Machine, bool]]
) -> None:
    wanted: list[tuple[Machine, bool]] = [(machine_of(text), want) for text, want in patterns]
    wanted += plain
    compiled = [(re2.compile(text, options()), want) for text, want in patterns]

    def fits(word: str) -> bool:
        return all((each.search(word) is not None) is want for each, want in compiled) and all(
            is_in(machine, word) is want for machine, want in plain
        )

    found = Shortest([machine for machine, _ in wanted], False, Clock()).find(wanted)
    shorter = [word for word in WORDS if isinstance(found, Clash) or len(word) < len(found)]
    assert not any(map(fits, shorter))
    if isinstance(found, Clash):
        assert found.wanted <= set(wanted)
    else:
        assert fits(found)


@given(st.one_of(PATTERNS, LITERALS), st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_table_reads_what_its_machine_reads(text: str, words: list[str]) -> None:
    regex = machine_of(text)
    for machine in (regex, AfterAt(regex), Has("ab"), Begins("ab"), Listed(["a", "ab1"]), Proper(email=True)):
        letters = alphabet([machine, Listed(["ab1 .@"])], folded=False)
        table = Table(machine, letters, Clock())
        place = {char: number for number, (char, _) in enumerate(letters)}
        for word in (*words, *(f"a@{word}" for word in words)):
            state = table.start
            for char in word:
                state = table.row(state)[table.columns[place[char]]]
            assert table.accepts(state) is is_in(machine, word)


def test_a_small_machine_is_reduced_to_the_states_that_differ() -> None:
    regex = Regex(Pattern(".{40,}", False))
    table = Table(regex, alphabet([regex], folded=False), Clock())
    states, found = [table.start], {table.start}
    while states:
        following = set(table.row(states.pop())) - found
        found |= following
        states += following
    assert len(found) == 41


def test_a_machine_of_many_states_is_followed_as_far_as_is_asked() -> None:
    wanted = [(Regex(Pattern("a.{9}b", False)), True), (Proper(email=False), True)]
    assert Shortest([machine for machine, _ in wanted], True, Clock()).find(wanted) == "a" * 10 + "b"


def test_what_time_ended_is_found_with_more_time() -> None:
    wanted = [(Regex(Pattern("^a{3}$", False)), True)]
    machines = [machine for machine, _ in wanted]
    with pytest.raises(OutOfTime):
        Shortest(machines, False, Clock(deadline=0.0)).find(wanted)
    assert Shortest(machines, False, Clock()).find(wanted) == "aaa"


TITLES: Final = r"""
rule a when title matches "\\b(ceo|cto|cfo|coo)\\b" queue a
rule b when title matches "\\b(vp|vice president)\\b" queue b
rule c when title matches "^head of .*" or title matches "\\bhead\\b" queue c
rule d when title matches "(director|managing)" and not title matches "assistant" queue d
rule e when title matches "^[a-z]+ manager$" queue e
rule f when title contains "student" or title matches "intern(ship)?\\b" queue f
rule g when title matches "^\\W*$" queue g
rule h when title matches ".{40,}" queue h
rule i when title matches "\\d" queue i
rule j when title matches "(gmbh|ag|kg)$" and mail.domain ends with ".de" queue j
rule k when mail matches "^(info|sales|contact)@" queue k
rule l when mail.domain matches "^(gmail|yahoo|hotmail)\\.com$" queue l
rule m when title matches "^sales" and title matches "ops$" and not title matches "e" queue m
"""
CODES: Final = r"""
rule a when title matches "^[A-Z]{2}\\d{4}$" queue a
rule b when title matches "^[A-Z]{3}-\\d{3}$" queue b
rule c when title matches "^\\d{5}(-\\d{4})?$" queue c
rule d when title matches "^(AT|DE|CH)-?\\d{4,5}$" queue d
rule e when title starts with "AT" and title matches "^[a-z]+\\d+$" queue e
rule f when title matches "^[^a-z]*$" queue f
rule g when title matches "^[a-z]*$" queue g
rule h when title matches "^\\w+$" queue h
rule i when title matches "^.{1,10}$" queue i
rule j when title contains "-" or title contains "/" queue j
rule k when title matches "^\\S+$" queue k
rule l when title matches " " queue l
"""
PARTS: Final = "\n".join(f'rule r{n} when title contains "x{n}" queue q{n}' for n in range(60))
BOUNDS: Final = "\n".join(f'rule r{n} when title matches "\\\\bword{n}\\\\b" queue q{n}' for n in range(40))


@pytest.mark.parametrize("rules", [TITLES, CODES, PARTS, BOUNDS], ids=["titles", "codes", "parts", "bounds"])
def test_ordinary_patterns_take_few_states(rules: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortest, "LIMIT", 500)
    visited = []
    product_of = shortest._product

    def counted(*args: object) -> object:
        visited.append(1)
        return product_of(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(shortest, "_product", counted)
    tree = api.loads(f"lead {{\n  title: text optional\n  mail: email\n}}\n{rules}\nelse queue z\n").tree
    assert not prove(tree).doubts
    assert len(visited) < 400

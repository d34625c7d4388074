"""The analyser's machines find a pattern where RE2 finds it, and nowhere else."""

from __future__ import annotations

import pytest
import re2
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from routebook.analysis.domains.base import Undecided
from routebook.analysis.patterns import Regex
from routebook.analysis.words import DEAD, SURE
from routebook.check.conditions import Pattern
from support.patterns import PATTERNS, options

TEXTS = st.text("abAB1_é- .{}2,xkKsSſ\n", max_size=12)


def finds(pattern: Pattern, text: str) -> bool:
    machine = Regex(pattern)
    state = machine.start()
    for char in text:
        state = machine.step(state, char)
        if state in (DEAD, SURE):
            return state == SURE
    return machine.accepts(state)


@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=6), st.booleans())
@settings(max_examples=300, deadline=None)
@example("^a{2}$", ["aa", "a{2}"], False)
@example("^[a-c]x{12}$", ["a" + "x" * 12, "a", "axx"], False)
@example("a{,3}", ["aaa", "a{,3}"], False)
@example(r"^\Qa{2}\E$", ["aa", "a{2}"], False)
@example(r"a\Qbc\E*", ["ab", "a", "abcc"], False)
@example(r"a\Q\E*", [""], False)
@example(r"^a{2,}\Q\E{2}$", ["aaaa", "aaa"], False)
@example("^a(?i){2}b$", ["aaB", "aab", "aAb"], False)
@example(r"a|\B", ["1é1", "1"], False)
@example("(a{2}b?){2}", ["aabaa", "aab"], True)
@example("^a{2,}$", ["a", "aa", "aaa", "aaaa"], False)
@example("^(ab){3,}$", ["abab", "ababab", "abababab", "ababababab"], False)
@example("^a{1,}b$", ["b", "ab", "aab"], False)
@example("^a{0}b$", ["b", "ab"], False)
@example("^a{0,}b{0,1}$", ["", "aa", "b", "aab", "bb"], False)
@example("^a{2,4}$", ["a", "aa", "aaaa", "aaaaa"], False)
def test_a_machine_finds_what_re2_finds(text: str, words: list[str], fold: bool) -> None:
    quiet = options()
    quiet.case_sensitive = not fold
    try:
        compiled = re2.compile(text, quiet)
    except re2.error:
        assume(False)
    try:
        Regex(Pattern(text, fold))
    except Undecided:
        assume(False)
    for word in words:
        found = compiled.search(word) is not None
        assert finds(Pattern(text, fold), word) is found, (text, word)


@pytest.mark.parametrize("text", ["(?i)vp", "(?i:v)p", "(?im)^vp$", "(?-s)v.p", "(?s-m)v", "(?U)v+"])
@pytest.mark.parametrize("fold", [False, True])
def test_flags_leave_nothing_open(text: str, fold: bool) -> None:
    assert finds(Pattern(text, fold), "vvp") == (re2.compile(text, options()).search("vvp") is not None)


def test_only_capitals_that_are_told_apart_are_left_open() -> None:
    assert not finds(Pattern("(?-i)VP", False), "vp")
    with pytest.raises(Undecided):
        Regex(Pattern("(?-i)VP", True))

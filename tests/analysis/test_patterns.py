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

ELEMENTS = st.one_of(
    st.sampled_from("abAB1_é- ſK{}"),
    st.sampled_from(
        [".", r"\d", r"\W", r"\s", "[ab]", "[^a]", "[a-c]", "[]a]", "[[:alpha:]]", r"[\d_]", r"\pL"]
    ),
    st.sampled_from([r"\p{Lu}", r"\.", r"\{", "a{", "{,2}", "{x}", r"\x41", r"\x{e9}", r"\141"]),
    st.sampled_from([r"\Qa{2}.\E", r"\Q\E", r"\Qab\E", r"\\Q"]),
)
ASSERTIONS = st.sampled_from(["^", "$", r"\b", r"\B", r"\A", r"\z", "(?m)^", "(?m)$"])
TIMES = st.sampled_from(
    ["*", "+", "?", "*?", "+?", "??", "{0}", "{1}", "{2}", "{0,1}", "{1,3}", "{2,}", "{0,}", "{10}", "{2}?"]
)
GROUPS = st.sampled_from(["(", "(?:", "(?i:", "(?s:", "(?P<n>", "(?-i:", "(?im-s:"])


def _composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    grouped = st.builds(lambda opening, part: f"{opening}{part})", GROUPS, inner)
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        grouped,
        st.builds(lambda part, times: part + times, st.one_of(ELEMENTS, grouped), TIMES),
        inner.map(lambda part: f"(?i){part}"),
    )


PATTERNS = st.recursive(st.one_of(ELEMENTS, ELEMENTS, ASSERTIONS), _composed, max_leaves=8)
TEXTS = st.text("abAB1_é- .{}2,xkKsSſ\n", max_size=12)


def finds(pattern: Pattern, text: str) -> bool:
    machine = Regex(pattern)
    state = machine.start()
    for char in text:
        state = machine.step(state, char)
        if state in (DEAD, SURE):
            return state == SURE
    return machine.accepts(state)


def options() -> re2.Options:
    quiet = re2.Options()
    quiet.log_errors = False
    return quiet


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

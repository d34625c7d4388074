"""Random patterns in the syntax of RE2, most of which it accepts."""

from __future__ import annotations

import re2
from hypothesis import strategies as st

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


def options() -> re2.Options:
    quiet = re2.Options()
    quiet.log_errors = False
    return quiet

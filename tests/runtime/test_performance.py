"""Choice by measured performance: who is favoured, who goes on learning, and that replay draws the same."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from routebook.runtime.router import Router
from routebook.runtime.state import Changes, Result, ResultKey
from routebook.runtime.strategies import Contender, Question, Record
from routebook.runtime.strategies.performance import EXPLORED, MOST, PRIOR, _draw, _estimates, choose
from support.routing import NOON, assigned, lead, pool, reps, router_of

TWO = [Contender("ana"), Contender("bogdan")]


def shares(
    records: dict[str, Record], contenders: list[Contender] = TWO, count: int = 1500
) -> dict[str, float]:
    chosen = Counter(choose(Question(contenders, records=records, lead=f"L{n}")).rep for n in range(count))
    return {each.rep: chosen[each.rep] / count for each in contenders}


def test_without_results_everybody_gets_the_same() -> None:
    got = shares({})
    assert 0.45 < got["ana"] < 0.55


def test_who_converts_better_gets_most() -> None:
    got = shares({"ana": Record(60, 140, 60, 140), "bogdan": Record(20, 180, 20, 180)})
    assert got["ana"] > 0.9


def test_few_results_leave_doubt() -> None:
    few = shares({"ana": Record(2, 3, 2, 3), "bogdan": Record(1, 4, 1, 4)})
    many = shares({"ana": Record(200, 300, 200, 300), "bogdan": Record(100, 400, 100, 400)})
    assert 0.5 < few["ana"] < 0.75
    assert many["ana"] > 0.9


def test_everybody_keeps_a_share() -> None:
    """A tenth of an even share, however bad the record."""
    got = shares({"ana": Record(9000, 1000, 9000, 1000), "bogdan": Record(0, 10000, 0, 10000)}, count=4000)
    floor = 1 / (2 * EXPLORED)
    assert abs(got["bogdan"] - floor) < 0.015
    explored = next(
        n for n in range(1000) if "given at random" in choose(Question(TWO, lead=f"L{n}")).arithmetic
    )
    line = choose(Question(TWO, lead=f"L{explored}")).arithmetic
    assert line.endswith("is drawn from 2: one lead in 10 is given at random, to go on learning")


def test_the_segment_decides_where_it_is_known() -> None:
    records = {"ana": Record(50, 50, 5, 45), "bogdan": Record(50, 50, 45, 5)}
    assert shares(records)["bogdan"] > 0.9


def test_a_rep_unknown_in_the_segment_is_judged_by_the_rest_of_their_work() -> None:
    a, b = _estimates({"ana": Record(90, 10), "bogdan": Record(10, 90)})["ana"]
    assert a + b == PRIOR
    assert a > 7
    newcomer = _estimates({"ana": Record(80, 20), "new": Record()})["new"]
    assert newcomer == (8, 2)


def test_estimates_by_hand() -> None:
    records = {"ana": Record(6, 14, 3, 2), "bogdan": Record(4, 16)}
    everybody = Fraction(10 + 1, 40 + 2)
    elsewhere = (3 + PRIOR * everybody) / (15 + PRIOR)
    here = (3 + PRIOR * elsewhere) / (5 + PRIOR)
    a, b = _estimates(records)["ana"]
    assert a + b == 15
    assert abs(Fraction(a) - 15 * here) <= Fraction(1, 2)


def test_arithmetic_and_standing() -> None:
    question = Question(
        TWO, values=(("country", "DE"), ("language", None)), records={"ana": Record(9, 1, 4, 1)}, lead="L1"
    )
    choice = choose(question)
    draws = {rep: numbers["draw"] for rep, numbers in choice.standing.items()}
    assert max(draws, key=lambda rep: draws[rep]) == choice.rep
    shown = ", ".join(f"{rep} {draw:.4f}" for rep, draw in draws.items())
    assert choice.arithmetic == (
        f"{choice.rep} has the largest draw: {draws[choice.rep]:.4f} of [{shown}], "
        f"for leads with country DE, language missing; {_ground_of(choice.rep)}"
    )
    assert choice.standing["ana"] == {
        "won": 4, "lost": 1, "won elsewhere": 5, "lost elsewhere": 0, "expected": 0.8667,
        "draw": draws["ana"],
    }  # fmt: skip


def _ground_of(rep: str) -> str:
    own = {
        "ana": "86.7 % are expected of ana: 4 of 5 won here, 5 of 5 elsewhere",
        "bogdan": "80.0 % are expected of bogdan: 0 of 0 won here, 0 of 0 elsewhere",
    }
    return f"{own[rep]}, on a prior of 10 at everybody's 83.3 %"


counts = st.integers(0, 2000)
records = st.builds(
    lambda won, lost, here, away: Record(won + here, lost + away, here, away), counts, counts, counts, counts
)


@given(st.dictionaries(st.sampled_from("abcde"), records, min_size=1), st.text(max_size=8))
def test_law_the_same_lead_draws_the_same(known: dict[str, Record], id: str) -> None:
    contenders = [Contender(rep) for rep in known]
    question = Question(contenders, records=known, lead=id)
    assert choose(question) == choose(question)
    for a, b in _estimates(known).values():
        assert a >= 1
        assert b >= 1
        assert a + b <= MOST


@given(st.integers(1, 40), st.integers(1, 40))
def test_law_draws_have_the_mean_of_their_distribution(a: int, b: int) -> None:
    draws = [_draw(f"L{n}", "ana", a, b) / 2**64 for n in range(400)]
    mean = a / (a + b)
    spread = (mean * (1 - mean) / (a + b + 1)) ** 0.5
    assert abs(sum(draws) / len(draws) - mean) < 6 * spread / len(draws) ** 0.5


# --- as the router asks ----------------------------------------------------------------------------------

RULES = "else assign pool smb by performance per country, language then queue triage"
TEAM = pool("smb", "ana", "bogdan") + reps("ana", "bogdan")
GERMAN = '{"country":"DE","language":"en"}'


def _knowing(results: dict[ResultKey, Result]) -> Router:
    router = router_of(RULES, TEAM)
    with router.store.session() as session:
        changes = Changes(results=results)
        session.write(changes)
    return router


def test_the_store_knows_what_came_of_leads() -> None:
    router = _knowing(
        {
            ResultKey("ana", ""): Result(500, 500),
            ResultKey("bogdan", ""): Result(500, 500),
            ResultKey("ana", GERMAN): Result(5, 295),
            ResultKey("bogdan", GERMAN): Result(295, 5),
        }
    )
    german = Counter(assigned(router, 200, "de", country="DE", language="en"))
    french = Counter(assigned(router, 200, "fr", country="FR", language="en"))
    assert german["bogdan"] > 170
    assert 60 < french["bogdan"] < 140


def test_rows_say_which_segments_their_leads_are_in() -> None:
    import json

    rules = (
        "when score > 90 assign pool smb by performance\n"
        "when score > 50 assign pool smb by performance per language, country\n" + RULES
    )
    router = router_of(rules, TEAM)
    router.route(lead(router.tree, "L1", country="DE", score=95), NOON)
    (row,) = router.store.log()
    assert json.loads(row.body)["segments"] == ['{"country":"DE","language":null}']

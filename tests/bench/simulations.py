"""Plays the scenarios of docs/simulations by the commands that the page names, and writes what they come to into it.

    python tests/bench/simulations.py

The leads, the tables in docs/simulations.md and the pictures beside it are the same each time.
"""

from __future__ import annotations

import csv
import io
import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from routebook.cli.main import cli
from routebook.plan.keys import number_of
from routebook.render.plots import Bar, bars, lines
from routebook.render.simulation_view import duration
from routebook.runtime.strategies import performance

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "simulations.md"
FOLDER: Final = ROOT / "docs" / "simulations"
MONDAY: Final = datetime(2026, 3, 2, tzinfo=UTC)

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One simulation: what the page calls it, and the files and options that differ from the others'."""

    name: str
    policy: str
    roster: str = "roster.toml"
    options: str = ""
    explores: bool = True


def command(scenario: str, run: Run, options: str) -> str:
    """What is typed, from the top of the checkout."""
    folder = f"docs/simulations/{scenario}"
    files = f"{folder}/{run.policy} --leads {folder}/leads.csv --roster {folder}/{run.roster}"
    return " ".join(f"routebook simulate {files} --at came {options} {run.options}".split())


def played(scenario: str, run: Run, options: str) -> Result:
    """What the command gives for programs. Without exploring, the share that performance gives away is taken out."""
    line = command(scenario, run, options)
    words = [str(ROOT / word) if word.startswith("docs/") else word for word in shlex.split(line)[1:]]
    said, errors = io.StringIO(), io.StringIO()
    explored = performance.EXPLORED if run.explores else 1 << 300
    with patch.object(performance, "EXPLORED", explored), redirect_stdout(said), redirect_stderr(errors):
        try:
            cli.main([*words, "--format", "json"], prog_name="routebook", standalone_mode=True)
        except SystemExit as end:
            if end.code:
                raise RuntimeError(errors.getvalue()) from None
    found: Result = json.loads(said.getvalue())["simulations"][0]
    return found


def jitter(*parts: object) -> float:
    """Between 0 and 1, always the same for the same parts."""
    return number_of(*map(str, parts)) / (1 << 256)


def write_leads(scenario: str, moments: Iterable[datetime]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "came", "company"])
    for place, moment in enumerate(sorted(moments), start=1):
        company = f"company {int(40 * jitter(scenario, 'company', place) ** 2)}"
        writer.writerow([f"L-{place}", moment.strftime("%Y-%m-%dT%H:%MZ"), company])
    (FOLDER / scenario / "leads.csv").write_text(out.getvalue(), encoding="utf-8")


def days(scenario: str, count: int, each: int, first: int, last: int) -> Iterator[datetime]:
    """So many leads on each of so many working days, at any time between two hours."""
    for day in range(count):
        date = MONDAY + timedelta(days=day + 2 * (day // 5))
        for place in range(each):
            yield date + timedelta(hours=first + (last - first) * jitter(scenario, day, place))


# --- tables and pictures ----------------------------------------------------------------------------------


def given(result: Result) -> dict[str, int]:
    return {rep["rep"]: rep["given"] for rep in result["reps"]}


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lined = [heads, ["---"] * len(heads), *([str(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(row)} |\n" for row in lined)


def reps_table(results: Mapping[str, Result], *more: str) -> str:
    """A row a run: leads of each rep, then waits, and whatever else is asked for."""
    names = list(given(next(iter(results.values()))))
    heads = ["", *names, "median wait", "one in ten waits longer than", "longest wait", *more]
    rows = []
    for name, result in results.items():
        answer = result["answer"]
        waits = [duration(answer[key]) for key in ("median", "ninth_decile", "longest")]
        rows.append([name, *given(result).values(), *waits, *(_more(word, result) for word in more)])
    return table(heads, rows)


def _more(word: str, result: Result) -> object:
    match word:
        case "won":
            return sum(rep["won"] for rep in result["reps"])
        case "queued":
            return result["ends"].get("queued", 0)
        case "most open":
            return " / ".join(str(rep["most_open"]) for rep in result["reps"])
        case "others' by weight":
            return f"{100 * result['unfair']:.1f} %"
        case _:
            raise ValueError(word)


def by_rep(title: str, results: Mapping[str, Result], key: str, note: str = "") -> str:
    """Bars: for each rep one of each run."""
    reps = [rep["rep"] for rep in next(iter(results.values()))["reps"]]
    rows = [Bar(id, tuple(float(_of(result, id)[key]) for result in results.values())) for id in reps]
    return bars(title, rows, list(results), note)


def _of(result: Result, id: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(rep for rep in result["reps"] if rep["rep"] == id)
    return found


def waits(title: str, results: Mapping[str, Result]) -> str:
    rows = [
        Bar(name, tuple((result["answer"][key] or 0) / 3600 for key in ("median", "ninth_decile")))
        for name, result in results.items()
    ]
    return bars(title, rows, ("median", "one in ten waits longer than"), unit=" h")


def line_of(title: str, results: Mapping[str, Result], id: str, note: str = "") -> str:
    """Leads of one rep as time passes, a line a run."""
    moments = [moment[:10] for moment in next(iter(results.values()))["lines"]["moments"]]
    return lines(
        title, moments, {name: each["lines"]["given"].get(id, []) for name, each in results.items()}, note
    )


# --- the scenarios ----------------------------------------------------------------------------------------

STRATEGIES: Final = (
    Run("round_robin", "round_robin.route"),
    Run("round_robin on shift", "on_shift.route"),
    Run("load", "load.route"),
    Run("availability", "availability.route"),
    Run("hash of company", "hash.route"),
)
RETURNS: Final = tuple(
    Run(name, "policy.route", f"{name}.toml") for name in ("resume", "average", "catch_up")
)
RATES: Final = "--handling 5m --wins ana=30 --wins bogdan=20 --wins carla=10"
LATE: Final = "--history docs/simulations/floor/history.csv"


def shifts() -> Iterator[tuple[str, str]]:
    write_leads("shifts", days("shifts", 5, 48, 8, 18))
    results = {run.name: played("shifts", run, "--handling 20m") for run in STRATEGIES}
    yield "shifts.svg", by_rep("Leads of each rep, by strategy", results, "given")
    yield "shifts_waits.svg", waits("From a lead's coming to the beginning of work on it", results)
    yield "shifts", _block("shifts", STRATEGIES, "--handling 20m", reps_table(results, "others' by weight"))


def returns() -> Iterator[tuple[str, str]]:
    write_leads("returns", days("returns", 10, 24, 8, 18))
    results = {run.name: played("returns", run, "--handling 10m") for run in RETURNS}
    yield "returns.svg", line_of("Leads of ana, who is away from the 4th to the 10th", results, "ana")
    yield "returns", _block("returns", RETURNS, "--handling 10m", reps_table(results))


def learning() -> Iterator[tuple[str, str]]:
    write_leads("learning", days("learning", 20, 50, 8, 18))
    runs = (Run("round_robin", "round_robin.route"), Run("performance", "performance.route"))
    results = {run.name: played("learning", run, RATES) for run in runs}
    rates = {"ana": 30, "bogdan": 20, "carla": 10}
    moments = [moment[:10] for moment in results["performance"]["lines"]["moments"]]
    own = results["performance"]["lines"]["given"]
    picture = {f"{id}, who converts {rate} %": own[id] for id, rate in rates.items()}
    yield "learning.svg", lines("Leads given by performance", moments, picture)
    yield "learning", _block("learning", runs, RATES, reps_table(results, "won"))


def floor() -> Iterator[tuple[str, str]]:
    write_leads("floor", days("floor", 40, 50, 8, 18))
    options = "--handling 5m --wins ana=15 --wins bogdan=15 --wins carla=45"
    runs = (
        Run("performance", "performance.route", options=LATE),
        Run("without the floor", "performance.route", options=LATE, explores=False),
    )
    results = {run.name: played("floor", run, options) for run in runs}
    yield "floor.svg", line_of("Leads of carla, who began badly and is the best by now", results, "carla")
    yield "floor", _block("floor", runs[:1], options, reps_table(results, "won"))


def holding() -> Iterator[tuple[str, str]]:
    write_leads("holding", days("holding", 5, 60, 0, 24))
    runs = (
        Run("assigned as they come", "first_come.route"),
        Run("held for a shift", "hold.route"),
    )
    results = {run.name: played("holding", run, "--handling 15m") for run in runs}
    yield "holding.svg", waits("From a lead's coming to the beginning of work on it", results)
    yield "holding", _block("holding", runs, "--handling 15m", reps_table(results, "most open", "queued"))


def capacity() -> Iterator[tuple[str, str]]:
    write_leads("capacity", days("capacity", 5, 60, 8, 18))
    runs = (
        Run("no capacity", "policy.route", "unlimited.toml"),
        Run("capacities 4, 8 and 12", "policy.route", "limited.toml"),
    )
    results = {run.name: played("capacity", run, "--handling 35m") for run in runs}
    yield "capacity.svg", by_rep("Most leads open at once", results, "most_open")
    yield "capacity", _block("capacity", runs, "--handling 35m", reps_table(results, "most open", "queued"))


SCENARIOS: Final = (shifts, returns, learning, floor, holding, capacity)


def _block(scenario: str, runs: Sequence[Run], options: str, figures: str) -> str:
    """The policies and rosters as they are, the commands, and what came of them."""
    files = dict.fromkeys(name for run in runs for name in (run.policy, run.roster))
    shown = "".join(_file(scenario, name) for name in files)
    typed = "\n".join(command(scenario, run, options) for run in runs)
    return f"{shown}```\n{typed}\n```\n\n{figures}"


def _file(scenario: str, name: str) -> str:
    text = (FOLDER / scenario / name).read_text(encoding="utf-8")
    # the fields of a lead are the same everywhere
    _, _, rules = text.partition("\n}\n\n") if name.endswith(".route") else ("", "", text)
    kind = "route" if name.endswith(".route") else "toml"
    return f"[{name}](simulations/{scenario}/{name})\n\n```{kind} fragment\n{rules}```\n\n"


def pages() -> dict[Path, str]:
    """Every file that is written, with what it holds."""
    text = PAGE.read_text(encoding="utf-8")
    written: dict[Path, str] = {}
    for scenario in SCENARIOS:
        for name, said in scenario():
            if name.endswith(".svg"):
                written[FOLDER / name] = said
            else:
                before, _, rest = text.partition(f"<!-- {name} -->\n")
                _, end, after = rest.partition("<!-- end -->")
                text = f"{before}<!-- {name} -->\n{said}{end}{after}"
    return {**written, PAGE: text}


def main() -> None:
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    sys.stderr.write(f"{PAGE.relative_to(ROOT)} and its pictures are written\n")


if __name__ == "__main__":
    main()

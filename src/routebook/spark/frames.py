"""Decisions and assignments over Spark DataFrames: what is asked of Spark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from routebook.api import Policy, load_roster, moment, prove_with
from routebook.decision import Outcome
from routebook.diagnostics import RoutebookError
from routebook.roster import Roster
from routebook.spark.batches import LEAF, Job
from routebook.spark.endings import Ending, endings_of
from routebook.spark.rotations import Rotations
from routebook.spark.shipping import packed
from routebook.text import listed

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import Column, DataFrame

DECISION: Final = ("lead", "fits", "rule", "plan", "problems")
ASSIGNMENT: Final = (
    "lead", "fits", "outcome", "rule", "target", "pool", "rep", "queue", "nurture", "reason", "until", "sla",
    "plan", "at", "policy", "again", "problems",
)  # fmt: skip
_CLOSED: Final = (Outcome.ASSIGNED, Outcome.HELD, Outcome.QUEUED, Outcome.REJECTED)
"""A lead that ended so keeps its assignment when it comes again."""

_SALT: Final = 64
"""Rows that take no turn are counted in so many groups, so that no one worker has them all."""


def decide(
    leads: DataFrame,
    policy: Policy,
    *,
    now: datetime | None = None,
    source: str | None = None,
    keep: Sequence[str] | None = None,
) -> DataFrame:
    """Each row with what the policy says of it: `lead` (its id), `fits`, `rule`, `plan` and `problems`.

    `keep` are the columns to hand on, all of them where it is None. A row that does not fit has no rule, and its
    problems; every row is decided as of the same moment `now`. Raises `RoutebookError` for columns that clash.
    """
    kept = _kept(leads, keep, DECISION)
    at = moment(now)
    job = Job(packed(policy.tree), _source(policy, source), at, kept, in_full=True)
    return leads.mapInArrow(job, _schema(leads, kept, job.in_full))


def assign(
    leads: DataFrame,
    policy: Policy,
    roster: Roster | str | Path,
    order: str,
    *,
    now: datetime | None = None,
    source: str | None = None,
    keep: Sequence[str] | None = None,
    unique: bool = False,
    prove: bool = True,
) -> DataFrame:
    """Each row with the assignment that one router with a fresh store would give it, going by the column `order`.

    Values of `order` have to tell rows apart. Leads that come twice have their first assignment `again`; `unique`
    says that there are none, which saves the look. Rows that do not fit have `problems` and no outcome.
    Raises `PolicyError` where the policy does not pass its proofs (unless `prove` is off), `RoutebookError` where
    something depends on the leads before: each target is named with its place.
    """
    people = load_roster(roster)
    assert people is not None
    if policy.settings.dedupe:
        raise RoutebookError("`dedupe` in routebook.toml looks for leads that came before: route one by one")
    if prove:
        prove_with(policy, people)
    kept = _kept(leads, keep, ASSIGNMENT)
    if order not in leads.columns:
        raise RoutebookError(f"there is no column `{order}` to go by")
    at = moment(now).astimezone(UTC)
    endings = endings_of(policy.tree, people, at)
    rotations = Rotations(endings, people)
    carried = tuple(dict.fromkeys((*kept, order)))
    job = Job(packed(policy.tree), _source(policy, source), at, carried, in_full=False)
    rows = leads.mapInArrow(job, _schema(leads, carried, job.in_full))
    rows = rows.join(
        _broadcast(leads, _leaves(policy, endings, rotations), _LEAF_COLUMNS), "__routebook_leaf", "left"
    )
    has_id = policy.tree.schema.id_field is not None
    rows = _numbered(rows, order, twice=has_id and not unique)
    rounds = rotations.rounds(rows, order)
    places = [(number, place, rep) for number, reps in rounds.items() for place, rep in enumerate(reps)]
    columns = "__routebook_rotation int, __routebook_place int, __routebook_rep string"
    rows = rows.join(
        _broadcast(leads, places, columns), ["__routebook_rotation", "__routebook_place"], "left"
    )
    result = _finished(rows, policy, at, kept, order, twice=has_id and not unique)
    rotations.check_room(result)
    return result


# --- Columns --------------------------------------------------------------------------------------------


def _kept(leads: DataFrame, keep: Sequence[str] | None, made: Sequence[str]) -> tuple[str, ...]:
    kept = tuple(leads.columns if keep is None else keep)
    unknown = [name for name in kept if name not in leads.columns]
    if unknown:
        raise RoutebookError(f"there is no column {listed([f'`{name}`' for name in unknown], 'or')} to keep")
    # Spark does not tell columns apart by case
    clashes = [name for name in kept if name.casefold() in made]
    if clashes:
        those = listed([f"`{name}`" for name in clashes])
        raise RoutebookError(
            f"the result has columns of its own called {those}: rename them, or `keep` others"
        )
    return kept


def _source(policy: Policy, source: str | None) -> str | None:
    if source is not None and source not in policy.tree.sources:
        raise RoutebookError(f"the policy has no source `{source}`")
    return source


def _schema(leads: DataFrame, kept: Sequence[str], in_full: bool) -> Any:
    from pyspark.sql.types import (
        ArrayType,
        BooleanType,
        IntegerType,
        StringType,
        StructField,
        StructType,
    )

    texts = ArrayType(StringType())
    answers = {"rule": StringType(), "plan": texts} if in_full else {LEAF: IntegerType()}
    made = {"lead": StringType(), "fits": BooleanType(), **answers, "problems": texts}
    fields = [leads.schema[name] for name in kept]
    return StructType([*fields, *(StructField(name, kind) for name, kind in made.items())])


_LEAF_COLUMNS: Final = (
    f"{LEAF} int, outcome string, rule string, target int, pool string, __routebook_named string, "
    "queue string, nurture string, reason string, until timestamp, sla string, plan array<string>, "
    "__routebook_rotation int, __routebook_length int"
)


def _leaves(policy: Policy, endings: Sequence[Ending], rotations: Rotations) -> list[tuple[Any, ...]]:
    """For each leaf what its leads have in common; -1 is where no rule takes the lead."""
    rows: list[tuple[Any, ...]] = [(-1, Outcome.UNDECIDED.value, *[None] * 9, [], None, None)]
    for number, (leaf, end) in enumerate(zip(policy.tree.leaves(), endings, strict=True)):
        turns = rotations.number(end)
        place = (end.target, end.pool, end.rep, end.queue, end.nurture, end.reason, end.until)
        length = None if turns is None else rotations.length(turns)
        plan = list(leaf.plan.texts)
        rows.append((number, end.outcome.value, leaf.rule, *place, leaf.plan.sla, plan, turns, length))
    return rows


def _broadcast(leads: DataFrame, rows: list[tuple[Any, ...]], columns: str) -> DataFrame:
    from pyspark.sql import functions as F

    return F.broadcast(leads.sparkSession.createDataFrame(rows, columns))


# --- Windows --------------------------------------------------------------------------------------------


def _numbered(rows: DataFrame, order: str, twice: bool) -> DataFrame:
    """Which rows are of leads that have their assignment already, and the place of the others in their rotation."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    again: Column = F.lit(False)
    if twice:
        before = _by_lead(order).rowsBetween(Window.unboundedPreceding, -1)
        closed = F.col("outcome").isin([outcome.value for outcome in _CLOSED])
        again = F.coalesce(F.max(closed).over(before), F.lit(False))
    rows = rows.withColumn("again", again)
    counts = F.col("__routebook_rotation").isNotNull() & ~F.col("again")
    salt = F.when(counts, F.lit(-1)).otherwise(F.abs(F.hash(order)) % _SALT)
    turn = F.row_number().over(Window.partitionBy("__routebook_rotation", salt).orderBy(order)) - 1
    rows = rows.withColumn("__routebook_turn", F.when(counts, turn))
    return rows.withColumn("__routebook_place", F.col("__routebook_turn") % F.col("__routebook_length"))


def _by_lead(order: str) -> Any:
    from pyspark.sql import Window

    return Window.partitionBy("lead", "fits").orderBy(order)


def _finished(
    rows: DataFrame, policy: Policy, at: datetime, kept: Sequence[str], order: str, twice: bool
) -> DataFrame:
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    rows = rows.withColumn("rep", F.coalesce("__routebook_named", "__routebook_rep"))
    rows = rows.withColumn("at", F.when(F.col("fits"), F.lit(at)))
    rows = rows.withColumn("policy", F.when(F.col("fits"), F.lit(policy.digest)))
    rows = rows.withColumn("again", F.when(F.col("fits"), F.col("again")))
    if not twice:
        return rows.select(*kept, *ASSIGNMENT)
    names = [name for name in ASSIGNMENT if name not in ("lead", "fits", "again", "problems")]
    closed = F.col("outcome").isin([outcome.value for outcome in _CLOSED]) & ~F.col("again")
    upto = _by_lead(order).rowsBetween(Window.unboundedPreceding, Window.currentRow)
    first = F.first(F.when(closed, F.struct(*names)), ignorenulls=True).over(upto)
    rows = rows.withColumn("__routebook_first", first)
    for name in names:
        given = F.when(F.col("again"), F.col(f"__routebook_first.{name}")).otherwise(F.col(name))
        rows = rows.withColumn(f"__routebook_final_{name}", given)
    final = {name: F.col(f"__routebook_final_{name}").alias(name) for name in names}
    return rows.select(*kept, *(final.get(name, F.col(name)) for name in ASSIGNMENT))

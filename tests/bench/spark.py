"""`make spark-bench`: decisions over Spark DataFrames on this machine, next to the column evaluator's own time.

A million leads from Parquet through `routebook.spark.decide` in Spark's local mode, the decisions counted by rule and
nothing kept; then the same Parquet rows through `Table.decide` in this process, in the batches that workers take.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SIZES = (10, 100, 1_000)
PARTITIONS = (1, 2, 4, 8)
ROWS = 1_000_000
ROUNDS = 2

os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")


def session(folder: Path, workers: int) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{workers}]").appName("routebook bench")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(workers),
        "spark.sql.warehouse.dir": str(folder),
        "spark.local.dir": str(folder),
    }.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def best(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    action()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times)


def written(size: int, folder: Path, partitions: int) -> tuple[Any, Path]:
    """The policy, and its leads in so many Parquet files."""
    import polars as pl
    import tables
    import workload as w

    from routebook.api import loads

    rules = w.rules(size)
    leads = tables.frame(rules, ROWS).with_columns(pl.format("L{}", pl.int_range(pl.len())).alias("id"))
    place = folder / f"{size}-{partitions}"
    place.mkdir()
    each = -(-leads.height // partitions)
    for number in range(partitions):
        leads.slice(number * each, each).write_parquet(place / f"{number}.parquet")
    return loads(w.policy_text(rules)), place


def own_time(policy: Any, place: Path) -> float:
    """Seconds that one thread of the column evaluator takes for the same rows, in the same batches."""
    import polars as pl

    from routebook.spark.batches import ROWS as BATCH
    from routebook.tables import Table

    table, frame = Table(policy), pl.read_parquet(place / "*.parquet")
    return best(lambda: [table.leaves(frame.slice(at, BATCH)) for at in range(0, frame.height, BATCH)])


def spark_time(spark: Any, policy: Any, place: Path) -> tuple[float, float]:
    """Seconds for the decisions, and for handing the same columns through workers that do nothing."""
    from pyspark.sql import functions as F

    from routebook.spark import decide

    # each time a plan of its own: Spark keeps what a plan has shuffled, and would not do it again
    def decided() -> None:
        leads = spark.read.parquet(str(place))
        rows = decide(leads, policy, keep=()).groupBy("rule").count().agg(F.sum("count")).first()
        assert rows[0] == ROWS

    def through() -> None:
        leads = spark.read.parquet(str(place))
        rows = (
            leads.mapInArrow(lambda batches: batches, leads.schema)
            .groupBy("plan")
            .agg(F.count("id").alias("n"))
        )
        assert rows.agg(F.sum("n")).first()[0] == ROWS

    return best(decided), best(through)


def assign_time(spark: Any, policy: Any, place: Path) -> float:
    """Seconds for assignments by round robin, in the order of the ids."""
    from pyspark.sql import functions as F

    from routebook.roster import Roster
    from routebook.spark import assign

    reps = "".join(f"[reps.r{number}]\n" for number in range(120))
    pools = "".join(
        f"[pools.pool_{number}]\nmembers = {[f'r{number * 4 + each}' for each in range(4)]}\n"
        for number in range(30)
    )
    roster = Roster.loads(reps + pools)

    def assigned() -> None:
        leads = spark.read.parquet(str(place)).withColumn("place", F.monotonically_increasing_id())
        made = assign(leads, policy, roster, "place", keep=(), prove=False, unique=True)
        made.groupBy("rep").count().collect()

    return best(assigned, 1)


def lines() -> Iterator[str]:
    yield "| rules | partitions | Spark, decide | Spark, handing through | evaluator, one thread | Spark, assign |"
    yield "| --- | --- | --- | --- | --- | --- |"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spark = session(folder, 2)
        for size in SIZES:
            for partitions in PARTITIONS if size == 100 else (2,):
                policy, place = written(size, folder, partitions)
                decided, through = spark_time(spark, policy, place)
                assigned = f"{assign_time(spark, policy, place):.2f}" if partitions == 2 else "–"
                own = own_time(policy, place)
                yield f"| {size:,} | {partitions} | {decided:.2f} | {through:.2f} | {own:.2f} | {assigned} |"
        spark.stop()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    for line in lines():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

"""The rotations of a batch: which there are, who takes each turn of their first rounds, and who may get too many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from routebook.diagnostics import RoutebookError
from routebook.roster import Roster
from routebook.spark.endings import Ending, Rotating
from routebook.spark.turns import Round, alone, entangled, settle

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Rotations:
    """The rotations that rules draw from, by number. Raises `RoutebookError` where one has different members."""

    def __init__(self, endings: Sequence[Ending], roster: Roster) -> None:
        self._roster = roster
        found: dict[str, Rotating] = {}
        for end in endings:
            if end.rotation is None:
                continue
            known = found.setdefault(end.rotation.key, end.rotation)
            if known != end.rotation:
                raise RoutebookError(
                    f"the rotation `{known.key}` is drawn from with different members, so that each turn depends "
                    "on the one before; give each rule or pool a rotation of its own, or route one by one"
                )
        self._rotations = list(found.values())
        self._numbers = {key: number for number, key in enumerate(found)}
        named = dict.fromkeys(end.rep for end in endings if end.rep is not None)
        self._named = {
            rep: len(self._rotations) + number for number, rep in enumerate(named) if rep is not None
        }
        knotted = {each.key for each in entangled(self._rotations, self._named)}
        self._rounds = {
            number: Round(each) if each.key in knotted else alone(each)
            for number, each in enumerate(self._rotations)
        }
        self._knotted = [self._numbers[key] for key in knotted]

    def number(self, ending: Ending) -> int | None:
        """The number of the rotation that an ending draws from."""
        return None if ending.rotation is None else self._numbers[ending.rotation.key]

    def named(self, ending: Ending) -> int | None:
        """The number of the rep whom an ending names."""
        return None if ending.rep is None else self._named[ending.rep]

    def length(self, number: int) -> int:
        """After how many turns a rotation repeats itself."""
        return self._rounds[number].length

    def rounds(self, rows: DataFrame, order: str) -> dict[int, list[str]]:
        """Who takes each turn of the first rounds.

        Where those depend on each other the rows up to the end of the last of them are looked at in order: one
        number a row comes to the driver.
        """
        from pyspark.sql import functions as F

        if self._knotted:
            knotted = F.col("__routebook_rotation").isin(self._knotted)
            first = F.col("__routebook_turn") < F.col("__routebook_length")
            last = rows.where(knotted & first).agg(F.max(order)).first()
            if last is not None and last[0] is not None:
                numbers = F.col("__routebook_rotation")
                for rep, number in self._named.items():
                    numbers = F.when(F.col("__routebook_named") == rep, number).otherwise(numbers)
                events = (
                    rows.where(F.col("fits") & ~F.col("again") & (F.col(order) <= F.lit(last[0])))
                    .select(numbers.alias("number"), order)
                    .where(F.col("number").isNotNull())
                    .orderBy(order)
                    .select("number")
                )
                return self.settled(_numbers_in(events))
        return self.settled(())

    def settled(self, events: Iterable[int]) -> dict[int, list[str]]:
        """Who takes each turn of the first rounds, as far as these assignments in order (by number) go."""
        settle(self._rounds, {number: rep for rep, number in self._named.items()}, events)
        return {number: made.reps for number, made in self._rounds.items()}

    def check_room(self, result: DataFrame) -> None:
        """Refuse where somebody would reach a capacity or a cap, after which others have to be chosen."""
        from pyspark.sql import functions as F

        most = {}
        for rep in {rep for each in self._rotations for rep, _ in each.members} | set(self._named):
            entry = self._roster.reps[rep]
            limits = [each for each in (entry.capacity, entry.caps.day, entry.caps.week) if each is not None]
            if limits:
                most[rep] = min(limits)
        if not most:
            return
        given = result.where(F.col("rep").isin(list(most)) & ~F.col("again")).groupBy("rep").count().collect()
        full = sorted(row["rep"] for row in given if row["count"] >= most[row["rep"]])
        if full:
            rep = full[0]
            raise RoutebookError(
                f"the rep `{rep}` would reach a capacity or cap of {most[rep]:,} in this batch, and whose turn it is "
                "then depends on it: route one by one, or take smaller batches"
            )


def _numbers_in(events: DataFrame) -> list[int]:
    numbers: list[int] = events.toArrow().column(0).to_pylist()
    return numbers

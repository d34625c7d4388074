"""What it means for a rotation that somebody comes back: `resume`, `average` or `catch_up`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from routebook.roster import OnReturn, Pool
from routebook.runtime.state import Rotation


def welcomed(
    pool: Pool, rotation: Rotation, weights: Mapping[str, int], absent: Sequence[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """The credits that coming back changes, and who is away from now on with the step since when.

    `weights` are those of the pool's members in order, `absent` those of them who are away now. What a rep who
    comes back is given or gives up is shared out evenly among the others, so that credits still sum to zero.
    Nothing is owed to anybody who was away while no turn was taken.
    """
    if pool.on_return is OnReturn.RESUME:
        return {}, dict(rotation.gone)
    present = [rep for rep in weights if rep not in absent]
    credits = {rep: rotation.credits.get(rep, 0) for rep in weights}
    gone = {rep: since for rep, since in rotation.gone.items() if rep not in weights}
    gone |= {rep: rotation.gone.get(rep, rotation.step) for rep in absent}
    for rep in present:
        since = rotation.gone.get(rep)
        if since is None or since == rotation.step:
            continue
        others = [other for other in weights if other != rep]
        if pool.on_return is OnReturn.AVERAGE:
            mean = _towards_zero(sum(credits.values()), len(credits))
            _move(credits, rep, mean - credits[rep], others)
        else:
            total = sum(weights[each] for each in present)
            missed = (rotation.step - since) * weights[rep] // total
            _move(credits, rep, min(missed, pool.catch_up) * total, others)
    changed = {rep: credit for rep, credit in credits.items() if credit != rotation.credits.get(rep, 0)}
    return changed, gone


def _move(credits: dict[str, int], rep: str, amount: int, others: Sequence[str]) -> None:
    """Give `rep` this much, taken from the others as evenly as whole numbers allow, the first giving most."""
    if not others:
        return
    credits[rep] += amount
    each, rest = divmod(amount, len(others))
    for place, other in enumerate(others):
        credits[other] -= each + (place < rest)


def _towards_zero(total: int, count: int) -> int:
    return total // count if total >= 0 else -(-total // count)

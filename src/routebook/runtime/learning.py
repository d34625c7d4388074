"""What came of leads elsewhere, or before: taken from a history, each lead once, as rows of the log."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from routebook.check.targets import PoolTarget
from routebook.decision import show_moment
from routebook.intake.history import PastLead
from routebook.plan.tree import Tree
from routebook.runtime.after.statuses import result_of
from routebook.runtime.ledger import Ledger
from routebook.runtime.locks import Locks
from routebook.runtime.log import encode, lead_chain, sealed
from routebook.runtime.segments import segment_of, ways_to_segment
from routebook.runtime.state import First, LogRow, ResultKey
from routebook.runtime.strategies import BY_NAME
from routebook.runtime.targets import targets_of
from routebook.runtime.transactions import Transactions
from routebook.text import counted, listed

HISTORY: Final = "history"
"""The kind of row that says what came of past leads, and the chain of all such rows. They are about no lead here."""

BATCH: Final = 200
"""Past leads that share a transaction and a row of the log."""

_NO_LEAD: Final = ""
_NAMED: Final = 5  # strangers that a message names


class Known(NamedTuple):
    """A past lead with the segments that it counts for; the segment "" is all leads."""

    lead: str
    rep: str
    at: datetime
    won: bool
    segments: tuple[str, ...]

    @property
    def keys(self) -> Iterator[tuple[str, str]]:
        """Each segment, with the key under which a store remembers that the lead was counted for such a one.

        Segments in the same fields share their key, so that a policy that tells leads apart by other fields learns
        about those alone when it is given the same history again.
        """
        for segment in self.segments:
            way = sorted(json.loads(segment)) if segment else []
            yield segment, f"({HISTORY}) {encode([way, self.rep, self.lead])}"


@dataclass(frozen=True, slots=True)
class Learned:
    """What was taken in: how many past leads count now, and why the others do not.

    `known` were counted before; of `here` the store has results of its own; `later` were closed after the moment
    of learning; `strangers` are not in the roster: the ids of their reps, with how many leads each.
    """

    counted: int = 0
    known: int = 0
    here: int = 0
    later: int = 0
    strangers: Mapping[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """The same in words, a line each."""
        notes = [f"{counted(self.counted, 'past lead')} learnt from"]
        if self.known:
            notes[0] += f", {self.known:,} known before"
        if self.here:
            notes.append(f"{counted(self.here, 'past lead')} left out: their results are recorded here")
        if self.later:
            notes.append(f"{counted(self.later, 'past lead')} left out: closed later than now")
        if self.strangers:
            most = sorted(self.strangers, key=lambda rep: (-self.strangers[rep], rep))
            shown = [f"`{rep}` ({self.strangers[rep]:,})" for rep in most[:_NAMED]]
            if len(most) > _NAMED:
                shown.append(f"{len(most) - _NAMED:,} more")
            notes.append(
                f"{counted(sum(self.strangers.values()), 'past lead')} left out, of reps who are not in the roster: "
                f"{listed(shown)}"
            )
        return tuple(notes)


def wants_results(tree: Tree) -> bool:
    """Whether any target of the policy asks what came of leads."""
    return any(
        isinstance(target, PoolTarget) and BY_NAME[target.strategy.name].wants_records
        for target in targets_of(tree)
    )


def known_of(tree: Tree, past: Iterable[PastLead]) -> list[Known]:
    """The past leads with the segments that this policy sees them in."""
    ways = ways_to_segment(tree)
    found = []
    for each in past:
        own = (segment_of((ref.name, each.values[ref.name]) for ref in fields) for fields in ways)
        found.append(Known(each.lead, each.rep, each.at, each.won, ("", *own)))
    return found


def learn(
    transactions: Transactions, past: Sequence[Known], moment: datetime, people: Collection[str]
) -> Learned:
    """Count past leads, each once in the life of the store, and write down which. Raises StoreError."""
    strangers = Counter(each.rep for each in past if each.rep not in people)
    later = sum(each.at > moment and each.rep in people for each in past)
    fitting = [each for each in past if each.rep in people and each.at <= moment]
    fresh = here = 0
    for start in range(0, len(fitting), BATCH):
        batch = fitting[start : start + BATCH]
        # the leads' own chains too: whether they have a result here has to stay so
        chains = {HISTORY, *(f"rep {each.rep}" for each in batch), *(lead_chain(each.lead) for each in batch)}
        firsts = {key for each in batch for _, key in each.keys}
        locks = Locks(frozenset(chains), firsts=frozenset(firsts))
        action = partial(record_history, batch, moment)
        taken, own = transactions.run([each.lead for each in batch], locks, action)
        fresh, here = fresh + taken, here + own
    return Learned(fresh, len(fitting) - fresh - here, here, later, dict(strangers))


def record_history(batch: Sequence[Known], moment: datetime, ledger: Ledger) -> tuple[int, int]:
    """The same in a transaction that has the chains and the keys: how many count now, and how many had results here."""
    counting, here = _uncounted(batch, ledger)
    count_past(counting, ledger)
    if counting:
        ledger.append(_row(counting, moment, ledger), None)
    return len(counting), here


def count_past(counting: Iterable[Known], ledger: Ledger) -> None:
    """Count past leads, and remember that they are counted."""
    for each in counting:
        for segment, key in each.keys:
            ledger.count(ResultKey(each.rep, segment), each.won, not each.won)
            ledger.note_first(key, First(each.lead, each.at))


def suppose(past: Sequence[Known], moment: datetime, people: Collection[str], ledger: Ledger) -> None:
    """See the results as they would be after learning; nothing is written."""
    fitting = [each for each in past if each.rep in people and each.at <= moment]
    ledger.load_firsts({key for each in fitting for _, key in each.keys})
    counting, _ = _uncounted(fitting, ledger)
    totals: dict[ResultKey, list[int]] = {}
    for each in counting:
        for segment in each.segments:
            totals.setdefault(ResultKey(each.rep, segment), [0, 0])[not each.won] += 1
    ledger.suppose({key: (won, lost) for key, (won, lost) in totals.items()})


def _uncounted(batch: Sequence[Known], ledger: Ledger) -> tuple[list[Known], int]:
    """The past leads that do not count yet, each with the segments that they do not count for."""
    found, here = [], 0
    for each in batch:
        segments = tuple(segment for segment, key in each.keys if ledger.first(key) is None)
        if not segments:
            continue
        state = ledger.other(each.lead)
        if state is not None and state.rep == each.rep and result_of(state.status) != (0, 0):
            here += 1
        else:
            found.append(each._replace(segments=segments))
    return found, here


def _row(counting: Sequence[Known], moment: datetime, ledger: Ledger) -> LogRow:
    head, seq = ledger.head(HISTORY), ledger.next_seq()
    body = encode(
        {
            "kind": HISTORY,
            "seq": seq,
            "chain": HISTORY,
            "n": head.length + 1,
            "round": 0,
            "lead": _NO_LEAD,
            "at": show_moment(moment),
            "leads": [
                [each.lead, each.rep, show_moment(each.at), each.won, each.segments] for each in counting
            ],
        }
    )
    hash = sealed(head, body)
    return LogRow(
        seq, HISTORY, head.length + 1, hash, HISTORY, _NO_LEAD, 0, moment, "counted", None, None, body
    )


def read_row(row: LogRow) -> tuple[list[Known], datetime]:
    """The past leads that a row of the log counts, and the moment of learning: what `record_history` was given."""
    said: Mapping[str, Any] = json.loads(row.body)
    leads = [
        Known(lead, rep, datetime.fromisoformat(at), won, tuple(segments))
        for lead, rep, at, won, segments in said["leads"]
    ]
    return leads, datetime.fromisoformat(said["at"])

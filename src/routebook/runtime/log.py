"""The log: what each row says, how rows are chained, and how an explanation is read back from one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import JSONEncoder
from typing import Any, Final

from routebook.decision import (
    Assignment,
    Candidate,
    Decision,
    Explanation,
    Outcome,
    Reason,
    Step,
    jsonable,
    show_moment,
)
from routebook.plan.keys import number_of
from routebook.plan.tree import Leaf
from routebook.runtime.eligibility import ELIGIBLE
from routebook.runtime.placing import Placement
from routebook.runtime.state import Head, LogRow, Turn

ASSIGNMENT: Final = "assignment"
"""The kind of row that says where a lead ended when it came in: one a round."""

HANDOVER: Final = "handover"
"""The kind of row that says where a lead went later in the same round: returned, overdue, held until now."""

PLACINGS: Final = (ASSIGNMENT, HANDOVER)
"""The kinds of row that say who has a lead. The last of them holds."""

EVENT: Final = "event"
"""The kind of row that says what happened to a lead where it is."""

CANDIDATES: Final = 300
"""The candidates that a row of the log holds; the few pools that have more would fill the disk. Replay shows all."""

_CHAINS: Final = 64

# keys in the order in which they are put in, which is always the same; no spaces; text as it is
encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True)
class Digests:
    """What a row was decided by: the policy's meaning, its text and the roster, as digests."""

    policy: str
    text: str
    roster: str


def chain_of(placement: Placement) -> str | None:
    """The chain that a row goes to: that of the rotation or pool which it draws from, so that pools do not wait for
    each other; None where it draws from none.
    """
    if placement.turn is not None:
        return placement.turn.rotation
    drawn = placement.pool is not None and placement.rep is not None
    return f"pool {placement.pool}" if drawn else None


def lead_chain(lead: str) -> str:
    """The chain of a lead's events, which whoever works on the lead locks first. Many leads share one."""
    return f"lead {number_of(lead) % _CHAINS:02}"


def sealed(head: Head, body: str) -> str:
    """The hash of a row: of the hash before it in its chain, and of what it says."""
    return hashlib.sha256(f"{head.hash}\n{body}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """All that a row of the log is made of.

    `account` says in words how the lead was matched; `seen` what was read of the candidates, in stores where the log
    does not tell (see `recording`).
    """

    digests: Digests
    round: int
    fields: Mapping[str, Any]
    leaf: Leaf | None
    because: tuple[Reason, ...]
    placement: Placement
    assignment: Assignment
    before: Mapping[str, Any] | None
    segments: tuple[str, ...] = ()
    cause: Mapping[str, Any] | None = None
    dedupe: Mapping[str, Any] | None = None
    account: Sequence[str] = ()
    seen: Mapping[str, Any] | None = None


def make_row(entry: Entry, seq: int, chain: str, head: Head) -> LogRow:
    """The row that comes after `head` in its chain."""
    assignment = entry.assignment
    body = encode(_body(entry, seq, chain, head.length + 1))
    return LogRow(
        seq,
        chain,
        head.length + 1,
        sealed(head, body),
        _kind(entry),
        assignment.lead,
        entry.round,
        assignment.at,
        assignment.outcome.value,
        assignment.rep,
        assignment.pool,
        body,
    )


def _kind(entry: Entry) -> str:
    return ASSIGNMENT if entry.cause is None else HANDOVER


def _body(entry: Entry, seq: int, chain: str, n: int) -> dict[str, Any]:
    placement, leaf = entry.placement, entry.leaf
    rule = None
    if leaf is not None:
        rule = {
            "name": leaf.rule,
            "description": leaf.description,
            "file": leaf.span.file,
            "line": leaf.span.line,
        }
    candidates, notes = _few(placement)
    body = {
        "kind": _kind(entry),
        "seq": seq,
        "chain": chain,
        "n": n,
        "round": entry.round,
        "policy": entry.digests.policy,
        "policy_text": entry.digests.text,
        "roster": entry.digests.roster,
        "lead": {name: jsonable(value) for name, value in entry.fields.items()},
        "rule": rule,
        "because": [reason.as_json() for reason in entry.because],
        "candidates": [_candidate(candidate) for candidate in candidates],
        "arithmetic": placement.arithmetic,
        "account": entry.account,
        "notes": notes,
        "turn": None if placement.turn is None else _turn(placement.turn, candidates),
        "rep": entry.before,
        "sticky": placement.sticky,
        "segments": entry.segments,
        "assignment": _assignment(entry.assignment),
    }
    if entry.dedupe is not None:
        body["dedupe"] = entry.dedupe
    if entry.cause is not None:
        body["cause"] = entry.cause
    if entry.seen is not None:
        body["seen"] = entry.seen
    return body


def _few(placement: Placement) -> tuple[Sequence[Candidate], tuple[str, ...]]:
    """As many candidates as a row holds, the chosen one among them, and how many there were besides."""
    candidates = placement.candidates
    if len(candidates) <= CANDIDATES:
        return candidates, placement.notes
    few = [each for place, each in enumerate(candidates) if place < CANDIDATES or each.chosen]
    rest = len(candidates) - len(few)
    eligible = sum(each.eligible for each in candidates) - sum(each.eligible for each in few)
    return few, (*placement.notes, f"and {rest:,} more candidates, of whom {eligible:,} were eligible")


def _turn(turn: Turn, candidates: Sequence[Candidate]) -> dict[str, Any]:
    before, after = turn.before, turn.after
    if len(after) > CANDIDATES:
        few = {each.rep for each in candidates}
        before = {rep: credit for rep, credit in before.items() if rep in few}
        after = {rep: credit for rep, credit in after.items() if rep in few}
    return {"rotation": turn.rotation, "before": before, "after": after, "gone": turn.gone}


def _candidate(candidate: Candidate) -> list[Any]:
    """Short, because there are so many: target, rep, why not (null where eligible), and the numbers compared."""
    why_not = None if candidate.eligible else candidate.reason
    return [candidate.target, candidate.rep, why_not, candidate.standing]


def _assignment(assignment: Assignment) -> dict[str, Any]:
    return {
        "lead": assignment.lead,
        "outcome": assignment.outcome.value,
        "rule": assignment.rule,
        "target": assignment.target,
        "pool": assignment.pool,
        "rep": assignment.rep,
        "queue": assignment.queue,
        "nurture": assignment.nurture,
        "reason": assignment.reason,
        "until": None if assignment.until is None else show_moment(assignment.until),
        "sla": assignment.sla,
        "plan": assignment.plan,
        "at": show_moment(assignment.at),
        "policy": assignment.policy,
    }


# --- and back --------------------------------------------------------------------------------------------


def assignment_of(row: LogRow, again: bool = False) -> Assignment:
    """The assignment that a row records."""
    return _read_assignment(json.loads(row.body)["assignment"], again)


def _read_assignment(said: Mapping[str, Any], again: bool) -> Assignment:
    return Assignment(
        lead=said["lead"],
        outcome=Outcome(said["outcome"]),
        rule=said["rule"],
        target=said["target"],
        pool=said["pool"],
        rep=said["rep"],
        queue=said["queue"],
        nurture=said["nurture"],
        reason=said["reason"],
        until=None if said["until"] is None else datetime.fromisoformat(said["until"]),
        sla=said["sla"],
        plan=tuple(said["plan"]),
        at=datetime.fromisoformat(said["at"]),
        policy=said["policy"],
        again=again,
    )


def explanation_of(row: LogRow, notes: tuple[str, ...] = ()) -> Explanation:
    """What the log says about one round of a lead: its rule alone, the rules before it come by replay."""
    said = json.loads(row.body)
    assignment = _read_assignment(said["assignment"], again=False)
    decision = Decision(assignment.lead, assignment.rule, assignment.plan, assignment.policy, assignment.sla)
    candidates = tuple(_read_candidate(candidate, assignment) for candidate in said["candidates"])
    return Explanation(
        lead=said["lead"],
        decision=decision,
        steps=() if said["rule"] is None else (_step(said),),
        candidates=candidates,
        assignment=assignment,
        arithmetic=said["arithmetic"],
        notes=(*said.get("account", ()), *said["notes"], *notes),
    )


def _read_candidate(said: Sequence[Any], assignment: Assignment) -> Candidate:
    target, rep, why_not, standing = said
    chosen = why_not is None and target == assignment.target and rep == assignment.rep
    return Candidate(target, rep, why_not is None, why_not or ELIGIBLE, chosen, standing)


def _step(said: Mapping[str, Any]) -> Step:
    rule = said["rule"]
    because = tuple(Reason(**reason) for reason in said["because"])
    return Step(rule["name"], rule["description"], True, False, because, rule["file"], rule["line"])

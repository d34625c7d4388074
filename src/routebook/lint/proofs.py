"""The proof of a policy, made once for all the lints that read it."""

from __future__ import annotations

from routebook.analysis.proof import Proof, prove
from routebook.analysis.reach import Blocked, Contradictory
from routebook.lint.model import Subject
from routebook.plan.tree import Branch, RuleNode
from routebook.text import listed


def proof_of(subject: Subject) -> Proof:
    """The proof; the roster is part of it where there is one."""
    return prove(subject.tree, subject.roster, subject.people, subject.budget, subject.progress)


def called(node: RuleNode) -> str:
    """A rule as messages name it."""
    return f"`{node.rule}`"


def names(nodes: list[RuleNode], limit: int = 4) -> str:
    """Several rules as messages name them, the first few where there are many."""
    shown = [called(node) for node in nodes[:limit]]
    more = len(nodes) - len(shown)
    return listed(shown) if more <= 0 else f"{', '.join(shown)} and {more} more"


def subject_of(verdict: Blocked | Contradictory) -> str:
    """What the finding is about: "`emea`", or "the block of `emea`"."""
    node = verdict.entry.node
    return f"the block of {called(node)}" if isinstance(node, Branch) else called(node)

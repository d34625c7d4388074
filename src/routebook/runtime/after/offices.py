"""A policy as it was when it decided, with the people there are now: what handing a lead on needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routebook.decision import Reason
from routebook.intake.validate import Intake
from routebook.plan.tree import Leaf, Tree
from routebook.plan.walk import Environment
from routebook.roster import Roster
from routebook.runtime.after.history import History
from routebook.runtime.deciding import Decided
from routebook.runtime.desk import Desk
from routebook.runtime.fit import fit
from routebook.runtime.log import Digests
from routebook.runtime.notices.telling import Teller, teller_of
from routebook.settings import Settings


@dataclass(frozen=True)
class Office:
    """One version of a policy at work with a roster. `digests` are what rows of the log say they were decided by.

    `teller` is who tells people about their leads, None where nobody is told.
    """

    desk: Desk
    digests: Digests
    leaves: Mapping[str, Leaf]
    intake: Intake
    teller: Teller | None = None

    @property
    def tree(self) -> Tree:
        return self.desk.tree

    def remember(self, history: History, moment: datetime) -> Decided:
        """The lead as it was decided about, at another moment: the same rule, and the same plan."""
        return self.recall(history.placed, moment)

    def recall(self, said: Mapping[str, Any], moment: datetime) -> Decided:
        """The same from what a row of the log says."""
        id = said["assignment"]["lead"]
        lead = self.intake.lead(said["lead"]).called(id)
        leaf = None if said["rule"] is None else self.leaves[said["rule"]["name"]]
        because = tuple(Reason(**reason) for reason in said["because"])
        return Decided(id, lead, moment, Environment(self.tree, lead, moment), leaf, because)


def office_of(
    tree: Tree,
    roster: Roster,
    digests: Digests,
    values: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
) -> Office:
    """A policy and a roster, ready to hand leads on."""
    desk = Desk(tree, roster, fit(tree, roster).values if values is None else values)
    leaves = {leaf.rule: leaf for leaf in tree.leaves()}
    teller = teller_of(settings or Settings(), tree, desk.people)
    return Office(desk, digests, leaves, Intake(tree.schema, tree.timezone), teller)

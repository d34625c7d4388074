"""Models of policies and the verdicts of proofs, as tests ask for them."""

from __future__ import annotations

from routebook import api
from routebook.analysis.model import Model
from routebook.analysis.reach import Reached, Verdict, reach
from routebook.plan.tree import Tree


def modelled(policy: Tree | str) -> Model:
    """The model of a policy, ready to be asked."""
    model = Model([policy if isinstance(policy, Tree) else api.loads(policy).tree])
    model.freeze()
    return model


def walked_verdicts(tree: Tree) -> list[Verdict]:
    """What comes of each rule; the leads that show rules to be reached are walked, and their rules take them."""
    model = modelled(tree)
    verdicts = reach(model, model.policies[0])
    for verdict in verdicts:
        if isinstance(verdict, Reached) and verdict.entry.is_leaf:
            leaf = model.space.walk(tree, model.space.values(verdict.point)).leaf
            assert leaf is not None
            assert leaf.rule == verdict.entry.node.rule
    return verdicts

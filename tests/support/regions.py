"""Regions of proofs read back as conditions of the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routebook import api
from routebook.plan.walk import Environment
from support.small_policies import NOW, SmallPolicy


def condition(policy: SmallPolicy, when: str) -> Callable[[Mapping[str, Any]], bool]:
    """What a region's condition holds of; it is read as if it were pasted into the policy."""
    head, _, _ = policy.text.partition("\nwhen ")
    tree = api.loads(f"{head}\nrule pasted when {when} queue x\n").tree
    pasted = tree.rules[-1].condition
    assert pasted is not None
    return lambda lead: Environment(tree, lead, NOW).judge(pasted).holds


def without_now(lead: Mapping[str, Any]) -> dict[str, Any]:
    """The lead's own fields."""
    return {name: value for name, value in lead.items() if name != "now"}

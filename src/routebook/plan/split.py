"""Splits: a stable hash picks an arm, in exactly the shares that the policy gives."""

from __future__ import annotations

from fractions import Fraction

from routebook.check.targets import Arm, SplitTarget
from routebook.plan.keys import WHOLE, key_text, number_of
from routebook.plan.walk import Environment
from routebook.types import show_number


def pick_arm(split: SplitTarget, environment: Environment, lead: str) -> tuple[Arm, str]:
    """The arm that the split's name and the field's value pick, and why in one line.

    The hash is a point of [0, 1), which the arms part in order, each in exactly its share: no floats. Where the
    value is missing, the lead's id stands for it, so that such leads are shared out too.
    """
    value = key_text(split.field, environment)
    hashed = ("lead", lead) if value is None else ("value", value)
    point = Fraction(number_of("split", split.name, *hashed), WHOLE)
    edge = Fraction(0)
    for number, arm in enumerate(split.arms, start=1):
        low, edge = edge, edge + arm.share
        if point < edge or number == len(split.arms):
            what = f"{split.field.name} `{value}`"
            if value is None:
                what = f"{split.field.name} is missing, so the lead's id `{lead}`"
            shares = f"{_percent(low)} to {_percent(edge)}"
            words = f"split `{split.name}`: {what} falls at {float(point):.2%}, in arm {number} ({shares})"
            return arm, words
    raise AssertionError("a split has arms")


def _percent(share: Fraction) -> str:
    return f"{show_number(share * 100)}%"

"""Which arm of a split a lead takes: a stable hash of the split's name and the field's value, and nothing else."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction

from routebook.check.targets import SplitTarget, Target
from routebook.decision import jsonable
from routebook.plan.walk import Environment, comparable


def share_point(name: str, key: object) -> Fraction:
    """A point from 0 up to, not including, 1, spread evenly over names and values: 64 bits of a SHA-256."""
    text = json.dumps([name, jsonable(key)], ensure_ascii=False, separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])
    return Fraction(number, 2**64)


def arm_of(split: SplitTarget, environment: Environment) -> Target:
    """The target of the arm that the lead's value falls into; a missing value is a value like any other."""
    value = environment.value(split.field)
    point = share_point(split.name, None if value is None else comparable(split.field.type, value))
    upto = Fraction(0)
    for arm in split.arms:
        upto += arm.share
        if point < upto:
            return arm.target
    return split.arms[-1].target

"""What came of the `test` blocks of a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Proof: TypeAlias = Literal["tried", "proved", "exact"]


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of one test.

    `failures` are complete sentences, each with what was expected and what happened. `proof` says how the
    fields that the test leaves out were dealt with: it leaves out none (`exact`), the expectation was
    `proved` for all their values, or it was `tried` on as many leads as `tried` counts.
    """

    __test__ = False  # pytest takes what is called Test… for a test

    name: str
    file: str
    line: int
    passed: bool
    failures: tuple[str, ...]
    proof: Proof
    tried: int
    seconds: float

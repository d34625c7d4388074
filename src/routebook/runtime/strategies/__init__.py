"""The strategies: how one of the eligible is picked. Each is a file with a pure `choose`, and a row here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from routebook.runtime.strategies import availability, hash_of, load, priority, round_robin
from routebook.runtime.strategies.base import Choice, Contender, Question, StrategyRow

STRATEGIES: Final = (
    StrategyRow("round_robin", round_robin.choose, True, "smooth weighted rotation: fair over time"),
    StrategyRow("availability", availability.choose, False, "on shift, then the fewest active leads"),
    StrategyRow("load", load.choose, False, "the lowest share of the capacity in use"),
    StrategyRow("priority", priority.choose, False, "the first in the pool's order"),
    StrategyRow("hash", hash_of.choose, False, "the same value keeps its rep"),
)

BY_NAME: Final[Mapping[str, StrategyRow]] = MappingProxyType({row.name: row for row in STRATEGIES})

__all__ = ["BY_NAME", "STRATEGIES", "Choice", "Contender", "Question", "StrategyRow"]

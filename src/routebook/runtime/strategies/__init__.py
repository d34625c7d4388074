"""The strategies: how one of the eligible is picked. Each is a file with a pure `choose`, and a row here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from routebook.runtime.strategies import availability, hash_of, load, performance, priority, round_robin
from routebook.runtime.strategies.base import Choice, Contender, Question, Record, StrategyRow

STRATEGIES: Final = (
    StrategyRow(
        "round_robin", round_robin.choose, "smooth weighted rotation: fair over time", takes_turns=True
    ),
    StrategyRow("availability", availability.choose, "on shift, then the fewest active leads"),
    StrategyRow("load", load.choose, "the lowest share of the capacity in use"),
    StrategyRow("priority", priority.choose, "the first in the pool's order"),
    StrategyRow("performance", performance.choose, "the best expected conversion", wants_records=True),
    StrategyRow("hash", hash_of.choose, "the same value keeps its rep"),
)

BY_NAME: Final[Mapping[str, StrategyRow]] = MappingProxyType({row.name: row for row in STRATEGIES})

__all__ = ["BY_NAME", "STRATEGIES", "Choice", "Contender", "Question", "Record", "StrategyRow"]

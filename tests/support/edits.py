"""Random edits of random policies."""

from __future__ import annotations

import random


def edited(text: str, seed: int) -> str:
    """The policy with some of its rules taken out, moved, copied or sent elsewhere."""
    rng = random.Random(seed)
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if line.startswith("when ")]
    for _ in range(rng.choice((1, 1, 2))):
        here = rng.choice(places)
        there = rng.choice(places)
        match rng.randrange(4):
            case 0:
                lines[here] = ""
            case 1:
                lines[here], lines[there] = lines[there], lines[here]
            case 2:
                lines[here] = lines[here].replace("queue p", "queue q")
            case _:
                lines[here] = lines[there]
    return "\n".join(lines)

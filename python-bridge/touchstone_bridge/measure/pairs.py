"""Two ways of timing or doing the same work, in one process, in turn: what disturbs one disturbs the other."""

from __future__ import annotations

import random
from collections.abc import Callable

Contender = Callable[[int], float]
"""Runs the given number of iterations and returns nanoseconds per iteration."""


def iterations_for(contender: Contender, block_ns: float) -> int:
    """So many that a block lasts about `block_ns`; at least 1. Warms up while it looks."""
    per_iteration = min(contender(1) for _ in range(5))
    count = max(1, int(block_ns / per_iteration))
    return max(1, int(block_ns / contender(count)))


def interleave(first: Contender, second: Contender, pairs: int, block_ns: float) -> list[tuple[float, float]]:
    """`pairs` blocks of each, adjacent in time, the order within a pair drawn anew (seeded): (first, second)."""
    order = random.Random(1)
    count = iterations_for(first, block_ns)
    second(count)
    measured = []
    for _ in range(pairs):
        if order.random() < 0.5:
            one = first(count)
            measured.append((one, second(count)))
        else:
            other = second(count)
            measured.append((first(count), other))
    return measured

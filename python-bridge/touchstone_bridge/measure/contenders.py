"""Several ways to time or to do the same work, in one process, in turn: what disturbs one disturbs the others.

The counterpart in TypeScript is `scripts/measure/paired/contenders.ts`.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Callable, List, Optional, Sequence, Union

Contender = Callable[[int], float]
"""Runs the given number of iterations and returns nanoseconds per iteration."""

MIN_ROUNDS = 8
"""Rounds below which there is no interval at 99 %."""

WARM_UP_SHARE = 0.1
"""Share of all rounds that comes first and does not count: compilers are at work meanwhile."""


@dataclass(frozen=True)
class Effort:
    """How many blocks of each contender, of which length, and the time that all of them together may take."""

    pairs: int
    block_ns: float
    budget_ns: float

    def max_iteration_ns(self, contenders: int) -> float:
        """An iteration that is longer is not measured: `rounds_within` would refuse it."""
        return self.budget_ns / (contenders * MIN_ROUNDS)

    def rounds_within(self, contenders: int, block_ns: float) -> Optional[int]:
        """Rounds that the budget allows, at most `pairs`; None where those are fewer than an interval needs."""
        affordable = int(self.budget_ns / (contenders * block_ns))
        return None if affordable < MIN_ROUNDS else min(self.pairs, affordable)


@dataclass(frozen=True)
class Slow:
    """An iteration is too long for the fewest rounds that give an interval."""

    iteration_ns: float


Rounds = List[List[float]]
"""One entry for each round: nanoseconds per iteration of every contender, in the order of the contenders."""


def interleave(contenders: Sequence[Contender], effort: Effort) -> Union[Rounds, Slow]:
    """Rounds of one block of each contender, adjacent in time, in an order drawn anew for each round (seeded)."""
    iterations, block_ns = calibrate(contenders[0], effort.block_ns)
    count = effort.rounds_within(len(contenders), block_ns)
    if count is None:
        return Slow(block_ns / iterations)
    order = random.Random(1)
    warm_up = math.ceil(WARM_UP_SHARE * count)
    rounds: Rounds = []
    for _ in range(warm_up + count):
        places = list(range(len(contenders)))
        order.shuffle(places)
        times = {place: contenders[place](iterations) for place in places}
        rounds.append([times[place] for place in range(len(contenders))])
    return rounds[warm_up:]


def calibrate(contender: Contender, block_ns: float) -> tuple[int, float]:
    """As many iterations as a block of that length holds, at least 1, and how long such a block is. Warms up."""
    per_iteration = contender(1)
    for _ in range(1 if per_iteration > block_ns else 4):
        per_iteration = min(per_iteration, contender(1))
    guess = max(1, int(block_ns / per_iteration))
    settled = per_iteration if guess == 1 else contender(guess)
    iterations = max(1, int(block_ns / settled))
    return iterations, iterations * settled

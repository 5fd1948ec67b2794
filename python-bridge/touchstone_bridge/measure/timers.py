"""Ways to time a call: our own loop, PyTorch's Timer, and the bare loop that anyone would write."""

from __future__ import annotations

import gc
import itertools
import math
import time
from collections.abc import Callable
from typing import Any

from ..clock import Limits, time_loop
from .contenders import Contender

Call = Callable[[int], Any]


def our_clock(call: Call, buffers: int) -> Contender:
    """The mean of the samples of the very loop that the worker runs in a turn."""

    def contender(iterations: int) -> float:
        # The others run a few iterations before their clock starts; ours would be charged for waking the caches up.
        warm = warm_iterations(iterations)
        limits = Limits(iterations + warm, 0, iterations + warm, math.inf)
        samples = time_loop(call, buffers, 0, limits, 0, keep_all=False).samples_ns[warm:]
        return sum(samples) / len(samples)

    return contender


CLOCKS = {"wall": time.perf_counter_ns, "cpu": time.process_time_ns}
"""Wall time, or the processor time that the process has used."""


def own_timer(framework: str, call: Call, buffers: int, threads: int, clock: str = "wall") -> Contender:
    """The framework's own timer, over the same buffers in the same rotation: a bare loop where it has none."""
    if framework == "pytorch":
        return torch_timer(call, buffers, threads, clock)
    return bare_loop(call, buffers, clock)


def torch_timer(call: Call, buffers: int, threads: int, clock: str) -> Contender:
    """torch.utils.benchmark.

    It comes from timeit, which switches the garbage collector off; users run with it on, and so does our clock, so it
    is switched on in the set-up, as timeit's documentation says. Both begin after a collection.
    """
    from torch.utils.benchmark import Timer

    timer = Timer(
        "call(next(rotation))",
        setup="gc.enable(); rotation = itertools.cycle(range(buffers))",
        globals={"call": call, "buffers": buffers, "itertools": itertools, "gc": gc},
        num_threads=threads,
        **({} if clock == "wall" else {"timer": time.process_time}),
    )

    def contender(iterations: int) -> float:
        gc.collect()
        return timer.timeit(iterations).mean * 1e9

    return contender


def bare_loop(call: Call, buffers: int, clock: str) -> Contender:
    """One clock around many iterations, after as many unclocked ones as PyTorch's Timer makes."""
    now = CLOCKS[clock]

    def contender(iterations: int) -> float:
        gc.collect()
        for iteration in range(warm_iterations(iterations)):
            call(iteration % buffers)
        begin = now()
        for iteration in range(iterations):
            call(iteration % buffers)
        return (now() - begin) / iterations

    return contender


def warm_iterations(iterations: int) -> int:
    """As torch.utils.benchmark has it: a hundredth, at least two."""
    return max(iterations // 100, 2)

"""Whether the device had finished when the clock of an iteration stopped, as in `runners/worker/finished.ts`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .clock import Limits, Timing

# Share of the iterations that reading their last output may wait: less is the noise of a single reading.
MAX_SHARE = 0.25
# So much noise has any reading.
NOISE_NS = 100_000
# A reading that was interrupted is no proof: only what comes again is.
MAX_ATTEMPTS = 3
# An attempt after the first: long enough for the share to mean something, few enough for a device to catch up.
AGAIN = Limits(1, 20e6, 200, 20e6)


class UnfinishedError(Exception):
    """The iterations of an adapter are shorter than what they compute."""


def finished_loop(
    loop: Callable[[Limits], Timing[Any]], limits: Limits, read: Callable[[Any], object], *, is_cold: bool
) -> list[int]:
    """The samples of a loop that keeps its last output, which is read twice, outside the clock.

    The loop is repeated where reading waited; UnfinishedError where it did every time. What the first iteration of a
    cold model compiles would hide what the others lack.
    """
    first = loop(limits)
    timed_ns, wait_ns = timed(first, is_cold=is_cold), wait_of(read, first.kept)
    attempts = 1
    while is_late(timed_ns, wait_ns) and attempts < MAX_ATTEMPTS:
        last = loop(AGAIN)
        timed_ns, wait_ns = timed(last, is_cold=False), wait_of(read, last.kept)
        attempts += 1
    if is_late(timed_ns, wait_ns):
        raise UnfinishedError(
            f"its device had not finished when the clock stopped: after iterations of {in_ms(timed_ns)} "
            f"reading the output waited {in_ms(wait_ns)}; its adapter has to wait for the device"
        )
    return first.samples_ns


def wait_of(read: Callable[[Any], object], output: object) -> int:
    """What the first reading takes longer than the second, in nanoseconds."""
    begin = time.perf_counter_ns()
    read(output)
    middle = time.perf_counter_ns()
    read(output)
    return max(0, (middle - begin) - (time.perf_counter_ns() - middle))


def is_late(timed_ns: int, wait_ns: int) -> bool:
    return wait_ns > max(NOISE_NS, MAX_SHARE * timed_ns)


def timed(timing: Timing[Any], *, is_cold: bool) -> int:
    samples = timing.samples_ns
    return sum(samples[1:] if is_cold and len(samples) > 1 else samples)


def in_ms(ns: int) -> str:
    return f"{float(f'{ns / 1e6:.2g}'):g} ms"

"""The timed loop: two clock reads around exactly one call, and everything else outside them.

Garbage collection stays enabled, because what a framework leaves to the collector is part of its cost and users
run with it on. Each loop begins with a collection, so that no sample pays for what was made before it (collector.py
keeps that cheap). The loop itself makes only integers and floats, which the collector does not track.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Output = TypeVar("Output")


@dataclass(frozen=True)
class Limits:
    """Stop once both minimums are reached, or either maximum. At least one iteration is made."""

    min_iterations: int
    min_ns: float
    max_iterations: float
    max_ns: float


@dataclass(frozen=True)
class Timing(Generic[Output]):
    """`kept` is the output of iteration `kept_iteration`; `outputs` are all, in order, where they were asked for."""

    samples_ns: list[int]
    cpu_ns: int
    kept: Output
    kept_iteration: int
    outputs: list[Output]


@dataclass(frozen=True)
class Span(Generic[Output]):
    """Time around calls that belong together; `first_ns` of it is the first call."""

    span_ns: int
    first_ns: int
    cpu_ns: int
    outputs: list[Output]


def time_span(call: Callable[[int], Output], order: Sequence[int]) -> Span[Output]:
    """Times `call(order[0])`, `call(order[1])`, … as one: two clock reads around them, and one behind the first."""
    clock = time.perf_counter_ns
    outputs: list[Output] = []
    add_output = outputs.append
    first_item, rest = order[0], order[1:]
    gc.collect()
    cpu_begin = time.process_time_ns()
    begin = clock()
    add_output(call(first_item))
    first = clock()
    for item in rest:
        add_output(call(item))
    end = clock()
    return Span(end - begin, first - begin, time.process_time_ns() - cpu_begin, outputs)


def time_loop(
    call: Callable[[int], Output],
    buffers: int,
    first_buffer: int,
    limits: Limits,
    keep_iteration: int,
    keep_all: bool,
) -> Timing[Output]:
    """Times `call(buffer)` on buffers `first_buffer`, `first_buffer + 1`, … in rotation.

    Keeps the output of iteration `keep_iteration`, or of the last one when the loop is shorter. Earlier outputs are
    let go outside the clock.
    """
    clock = time.perf_counter_ns
    samples: list[int] = []
    outputs: list[Output] = []
    add_sample, add_output = samples.append, outputs.append
    min_iterations, max_iterations = limits.min_iterations, limits.max_iterations
    iteration = 0
    gc.collect()
    cpu_begin = time.process_time_ns()
    loop_begin = clock()
    enough, too_long = loop_begin + limits.min_ns, loop_begin + limits.max_ns
    while True:
        buffer = (first_buffer + iteration) % buffers
        begin = clock()
        output = call(buffer)
        end = clock()
        add_sample(end - begin)
        if iteration <= keep_iteration:
            kept = output
        if keep_all:
            add_output(output)
        del output
        iteration += 1
        if end >= enough and iteration >= min_iterations:
            break
        if iteration >= max_iterations or end >= too_long:
            break
    cpu_ns = time.process_time_ns() - cpu_begin
    return Timing(samples, cpu_ns, kept, min(keep_iteration, iteration - 1), outputs)

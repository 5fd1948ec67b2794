"""What happened to this process and its processor around a turn; `runners/hosts/node/witness.ts` does the same.

A fixed piece of work that no framework has a part in, how long the main thread was ready and not running, and how
often it was sent away. All outside the clock.
"""

from __future__ import annotations

import hashlib
import resource
import time
from dataclasses import dataclass
from typing import Any, Dict

# Small enough to leave the caches to the framework; as often as takes a few hundred microseconds.
BLOCK = (b"touchstone" * 410)[:4096]
REPETITIONS = 64


@dataclass(frozen=True)
class Mark:
    """One side of a turn."""

    work_ns: int
    wait_ns: int | None
    switches: int


def mark() -> Mark:
    """Takes a few hundred microseconds."""
    work_ns = _fixed_work_ns()
    return Mark(work_ns, _waited_ns(), resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw)


def between(before: Mark, after: Mark) -> Dict[str, Any]:
    """A turn's `witness`, as the protocol names it."""
    waits = (before.wait_ns, after.wait_ns)
    return {
        "workNs": [before.work_ns, after.work_ns],
        "waitNs": None if waits[0] is None or waits[1] is None else waits[1] - waits[0],
        "switches": after.switches - before.switches,
    }


def _fixed_work_ns() -> int:
    """SHA-256 of the same bytes in both kinds of worker: compiled code of OpenSSL, which warms up once."""
    begin = time.perf_counter_ns()
    digest = hashlib.sha256()
    for _ in range(REPETITIONS):
        digest.update(BLOCK)
    digest.digest()
    return time.perf_counter_ns() - begin


def _waited_ns() -> int | None:
    """Time of the main thread on a run queue since it started: /proc/self/schedstat, second field (sched-stats.rst)."""
    try:
        with open("/proc/self/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1])
    except (OSError, IndexError, ValueError):
        return None

"""Memory of this process, its allocator and its processors."""

from __future__ import annotations

import os
import platform
import resource
import sys


def resident_bytes() -> tuple[int, int]:
    """Resident set now and at its highest. Where /proc is missing, the highest stands for both."""
    status = _proc_status()
    peak = status.get("VmHWM", _peak_by_resource())
    return status.get("VmRSS", peak), peak


def allocator() -> str | None:
    """`system`, or the name of the one that was put in its place; None where that cannot be seen."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
            maps = file.read()
    except OSError:
        return None
    replacements = ("jemalloc", "tcmalloc", "mimalloc")
    return next((name for name in replacements if f"lib{name}" in maps), "system")


def bound_cpus() -> list[int] | None:
    """Processors that this process may run on; None where the system does not report it."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    return sorted(os.sched_getaffinity(0))


def cpu_model() -> str:
    """The model of the processors as Node names it too; `unknown` where the system has no name for it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            lines = [line.partition(":") for line in file]
    except OSError:
        return platform.processor() or "unknown"
    return next((value.strip() for key, _, value in lines if key.strip() == "model name"), "unknown")


def _proc_status() -> dict[str, int]:
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            fields = [line.split() for line in file if line.startswith(("VmRSS:", "VmHWM:"))]
    except OSError:
        return {}
    return {name.rstrip(":"): int(kibibytes) * 1024 for name, kibibytes, *_ in fields}


def _peak_by_resource() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak if sys.platform == "darwin" else peak * 1024

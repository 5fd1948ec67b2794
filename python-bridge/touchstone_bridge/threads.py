"""What this process runs on, as the system reports it."""

from __future__ import annotations

import os


def thread_count() -> int:
    """Threads of this process now; 1 where the system does not report it."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1

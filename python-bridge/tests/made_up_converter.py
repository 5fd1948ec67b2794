"""A converter for tests of `conversion`: a file is the plan in capitals; some plans it refuses, fails on or dies of."""

from __future__ import annotations

import os
from pathlib import Path

from touchstone_bridge.conversion import serve
from touchstone_bridge.errors import UnsupportedError


def convert(folder: Path, plan: Path) -> bytes:
    words = plan.read_text("utf-8")
    print("a library prints on standard output")
    if words == "refuse":
        raise UnsupportedError("it has no operator for Refuse")
    if words == "fail":
        raise ValueError("no such thing")
    if words == "die":
        os._exit(7)
    return f"{words.upper()} by {os.getpid()}".encode()


if __name__ == "__main__":
    serve(convert)

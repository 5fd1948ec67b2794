"""A framework that asks for more memory than there is."""

from __future__ import annotations

from typing import NoReturn


def open_framework(target: str, threads: int) -> NoReturn:
    bytearray(1 << 46)
    raise AssertionError(f"{target} was given 64 TiB")

"""A framework that is not installed."""

from __future__ import annotations

from typing import NoReturn


def open_framework(target: str, threads: int) -> NoReturn:
    import no_such_framework  # type: ignore[import-not-found]

    raise AssertionError(f"{target} imported {no_such_framework}")

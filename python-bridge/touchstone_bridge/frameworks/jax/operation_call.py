"""What one operation of a plan is in JAX: a function of its settings and its operands."""

from __future__ import annotations

from typing import Any, Callable, Mapping

Settings = Mapping[str, Any]
# The one result, or a tuple of several.
Call = Callable[..., Any]


def of(function: Callable[..., Any]) -> Call:
    """A native call of an operation without settings."""
    return lambda _settings, *operands: function(*operands)

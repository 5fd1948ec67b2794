"""What one operation of a plan is in JAX: a function of its settings and its operands."""

from __future__ import annotations

from typing import Any, Callable, Mapping

# A traced array: the bridge's types do not know JAX.
Tensor = Any
Settings = Mapping[str, Any]
# The one result, or a tuple of several.
Call = Callable[..., Any]


def of(function: Callable[..., Any]) -> Call:
    """A native call of an operation without settings."""
    return lambda _settings, *operands: function(*operands)

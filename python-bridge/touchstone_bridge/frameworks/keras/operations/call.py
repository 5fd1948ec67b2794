"""What one operation of a plan is in Keras: a function of its settings and its operands, which are backend tensors."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import keras

# A tensor of whatever backend: the bridge's types know none of them.
Tensor = Any
Settings = Mapping[str, Any]
# The one result, or a tuple of several.
Call = Callable[..., Any]

BACKEND = keras.backend.backend()


def of(function: Callable[..., Any]) -> Call:
    """A native call of an operation without settings."""
    return lambda _settings, *operands: function(*operands)


def type_of(x: Tensor) -> str:
    name: str = keras.backend.standardize_dtype(x.dtype)
    return name


def is_floating_point(x: Tensor) -> bool:
    return type_of(x).startswith("float")

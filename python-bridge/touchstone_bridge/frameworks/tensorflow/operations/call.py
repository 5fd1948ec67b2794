"""What one operation of a plan is in TensorFlow: a function of its settings and its operands."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import tensorflow as tf

# A tensor of the trace: the bridge's types do not know TensorFlow.
Tensor = Any
Settings = Mapping[str, Any]
# The one result, or a tuple of several.
Call = Callable[..., Any]

# Integer types that many kernels do not take, and the wider type that computes the same after truncation.
WIDER: Mapping[Any, Any] = {
    tf.int8: tf.int32,
    tf.uint8: tf.int32,
    tf.int16: tf.int32,
    tf.uint16: tf.int32,
    tf.uint32: tf.int64,
    tf.uint64: tf.int64,
}


def of(function: Callable[..., Any]) -> Call:
    """A native call of an operation without settings."""
    return lambda _settings, *operands: function(*operands)


def widened(call: Call) -> Call:
    """In a type that has a kernel, and back."""

    def cast(settings: Settings, *operands: Tensor) -> Tensor:
        own = operands[0].dtype
        wider = WIDER.get(own)
        if wider is None:
            return call(settings, *operands)
        return tf.cast(call(settings, *(tf.cast(operand, wider) for operand in operands)), own)

    return cast

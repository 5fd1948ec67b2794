"""Reductions, operations along one axis, products, and operations that only move elements."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Tuple

import numpy as np
import tensorflow as tf

from .call import Call, Settings, Tensor, widened


def over_axes(function: Callable[..., Any]) -> Call:
    return lambda s, x: function(x, s["axes"], keepdims=s["keepdims"])


def position(function: Callable[..., Any]) -> Call:
    def call(settings: Settings, x: Tensor) -> Tensor:
        found = function(x, settings["axis"], output_type=tf.int64)
        return tf.expand_dims(found, settings["axis"]) if settings["keepdims"] else found

    return call


def top(settings: Settings, x: Tensor) -> Tuple[Tensor, Tensor]:
    """Over the last axis. The smallest are the largest of -x, for integers of ~x."""
    if settings["largest"]:
        values, positions = tf.math.top_k(x, settings["k"])
        return values, tf.cast(positions, tf.int64)
    turned = tf.bitwise.invert if x.dtype.is_integer else tf.negative
    values, positions = tf.math.top_k(turned(x), settings["k"])
    return turned(values), tf.cast(positions, tf.int64)


def product(_: Settings, a: Tensor, b: Tensor) -> Tensor:
    """With one matrix behind all others as one product of matrices, as Keras has its dense layers."""
    return tf.tensordot(a, b, 1) if len(b.shape) == 2 < len(a.shape) else tf.matmul(a, b)


def tile(settings: Settings, x: Tensor) -> Tensor:
    """For 16 bits without a sign it has no kernel."""
    if x.dtype != tf.uint16:
        return tf.tile(x, settings["repeats"])
    return tf.cast(tf.tile(tf.cast(x, tf.int32), settings["repeats"]), x.dtype)


def pad(settings: Settings, x: Tensor) -> Tensor:
    value = np.array(settings["value"]).astype(x.dtype.as_numpy_dtype)
    return tf.pad(x, settings["pads"], constant_values=value)


def dense(_: Settings, x: Tensor, w: Tensor, *bias: Tensor) -> Tensor:
    y = tf.matmul(x, w) if len(x.shape) == 2 else tf.tensordot(x, w, 1)
    return tf.nn.bias_add(y, bias[0]) if bias else y


SHAPES: Mapping[str, Call] = {
    "ReduceSum": over_axes(tf.reduce_sum),
    "ReduceMean": over_axes(tf.reduce_mean),
    "ReduceProd": over_axes(tf.reduce_prod),
    "ReduceMax": over_axes(tf.reduce_max),
    "ReduceMin": over_axes(tf.reduce_min),
    "ReduceLogSumExp": over_axes(tf.reduce_logsumexp),
    "ArgMax": position(tf.argmax),
    "ArgMin": position(tf.argmin),
    "CumSum": lambda s, x: tf.cumsum(x, s["axis"], exclusive=s["exclusive"], reverse=s["reverse"]),
    "Softmax": lambda s, x: tf.nn.softmax(x, s["axis"]),
    "LogSoftmax": lambda s, x: tf.nn.log_softmax(x, s["axis"]),
    "TopK": top,
    "Gemm": dense,
    "MatMul": widened(product),
    "Einsum": widened(lambda s, *operands: tf.einsum(s["equation"], *operands)),
    "Reshape": lambda s, x: tf.reshape(x, s["shape"]),
    "Transpose": lambda s, x: tf.transpose(x, s["perm"]),
    "Expand": lambda s, x: tf.broadcast_to(x, s["shape"]),
    "Tile": tile,
    "Concat": lambda s, *operands: tf.concat(operands, s["axis"]),
    "Split": lambda s, x: tuple(tf.split(x, s["sizes"], s["axis"])),
    "Slice": lambda s, x: tf.strided_slice(x, s["begins"], s["ends"], s["strides"]),
    "Reverse": lambda s, x: tf.reverse(x, s["axes"]),
    "Pad": pad,
}

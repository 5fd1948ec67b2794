"""Reductions, operations along one axis, products, and operations that only move elements."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Callable, Mapping, Tuple

import numpy as np
from keras import ops

from .call import BACKEND, Call, Settings, Tensor, is_floating_point, type_of


def reduced(function: Callable[..., Any], **options: Any) -> Call:
    """In the operand's own type, where Keras takes a wider one. Over no axes PyTorch would take all."""

    def call(settings: Settings, x: Tensor) -> Tensor:
        if not settings["axes"]:
            return x
        found = function(x, axis=tuple(settings["axes"]), keepdims=settings["keepdims"], **options)
        return ops.cast(found, type_of(x))

    return call


def product(settings: Settings, x: Tensor) -> Tensor:
    return reduced(ops.prod, dtype=type_of(x))(settings, x)


def extreme(function: Callable[..., Any], is_largest: bool) -> Call:
    """Over an axis without elements, which Keras refuses, the value that any element would replace."""

    def call(settings: Settings, x: Tensor) -> Tensor:
        axes = tuple(settings["axes"])
        if all(x.shape[axis] for axis in axes):
            return reduced(function)(settings, x)
        kind = np.dtype(type_of(x))
        bounds = (-np.inf, np.inf) if kind.kind == "f" else (np.iinfo(kind).min, np.iinfo(kind).max)
        shape = np.max(np.ones(x.shape), axes, keepdims=settings["keepdims"], initial=0).shape
        return ops.convert_to_tensor(np.full(shape, bounds[0 if is_largest else 1], kind))

    return call


def without_negative_zeros(x: Tensor) -> Tensor:
    """Keras has -0.0 below 0.0 except on PyTorch, as XLA has, which drops a sum with zero."""
    if BACKEND == "torch" or not is_floating_point(x):
        return x
    return ops.where(x == 0, ops.zeros_like(x), x)


def position(function: Callable[..., Any]) -> Call:
    def call(settings: Settings, x: Tensor) -> Tensor:
        found = function(without_negative_zeros(x), axis=settings["axis"], keepdims=settings["keepdims"])
        return ops.cast(found, "int64")

    return call


def cumulative_sum(settings: Settings, x: Tensor) -> Tensor:
    axis, backward = settings["axis"], settings["reverse"]
    if backward:
        x = ops.flip(x, axis=axis)
    if settings["exclusive"]:
        # By one place on, a zero in front.
        pads = [(int(each == axis), 0) for each in range(len(x.shape))]
        ends = [extent - int(each == axis) for each, extent in enumerate(x.shape)]
        x = ops.pad(x[tuple(map(slice, ends))], pads)
    sums = sums_along(x, axis)
    return ops.flip(sums, axis=axis) if backward else sums


def sums_along(x: Tensor, axis: int) -> Tensor:
    """On PyTorch Keras makes 32 bits of 64: there it is a product with a triangle of ones."""
    if BACKEND != "torch" or not type_of(x).endswith("64"):
        return ops.cumsum(x, axis=axis)
    extent = x.shape[axis]
    ones = ops.convert_to_tensor(np.triu(np.ones((extent, extent), type_of(x))))
    return ops.moveaxis(ops.moveaxis(x, axis, -1) @ ones, -1, axis)


def top(settings: Settings, x: Tensor) -> Tuple[Tensor, Tensor]:
    """Along the last axis. The smallest are the largest of what runs the other way: -x, and ~x for integers."""
    turned = ops.negative if is_floating_point(x) else ops.bitwise_not
    if BACKEND == "torch":
        # Its own does not say which of equal elements comes first.
        order = ops.argsort(turned(x) if settings["largest"] else x, axis=-1)
        positions = ops.cast(order[..., : settings["k"]], "int64")
        return ops.take_along_axis(x, positions, axis=-1), positions
    searched = x if settings["largest"] else turned(x)
    if BACKEND == "jax":
        positions = ops.top_k(without_negative_zeros(searched), settings["k"])[1]
        return ops.take_along_axis(x, positions, axis=-1), ops.cast(positions, "int64")
    values, positions = ops.top_k(searched, settings["k"])
    return values if settings["largest"] else turned(values), ops.cast(positions, "int64")


def matrix_product(_: Settings, a: Tensor, b: Tensor) -> Tensor:
    """Keras computes products of integers in float32."""
    return ops.matmul(a, b) if type_of(a) in ("float32", "float16") else a @ b


def dense(settings: Settings, x: Tensor, w: Tensor, *bias: Tensor) -> Tensor:
    y = matrix_product(settings, x, w)
    return y + bias[0] if bias else y


def split(settings: Settings, x: Tensor) -> Tuple[Tensor, ...]:
    return tuple(ops.split(x, list(accumulate(settings["sizes"]))[:-1], axis=settings["axis"]))


def part(settings: Settings, x: Tensor) -> Tensor:
    return x[tuple(map(slice, settings["begins"], settings["ends"], settings["strides"]))]


def pad(settings: Settings, x: Tensor) -> Tensor:
    return ops.pad(x, settings["pads"], constant_values=np.array(settings["value"], type_of(x)).item())


SHAPES: Mapping[str, Call] = {
    "ReduceSum": reduced(ops.sum),
    "ReduceMean": reduced(ops.mean),
    "ReduceProd": product,
    "ReduceMax": extreme(ops.max, True),
    "ReduceMin": extreme(ops.min, False),
    "ReduceLogSumExp": reduced(ops.logsumexp),
    "ArgMax": position(ops.argmax),
    "ArgMin": position(ops.argmin),
    "CumSum": cumulative_sum,
    "Softmax": lambda s, x: ops.softmax(x, axis=s["axis"]),
    "LogSoftmax": lambda s, x: ops.log_softmax(x, axis=s["axis"]),
    "TopK": top,
    "Gemm": dense,
    "MatMul": matrix_product,
    "Einsum": lambda s, *operands: ops.einsum(s["equation"], *operands),
    "Reshape": lambda s, x: ops.reshape(x, s["shape"]),
    "Transpose": lambda s, x: ops.transpose(x, s["perm"]),
    "Expand": lambda s, x: ops.broadcast_to(x, tuple(s["shape"])),
    "Tile": lambda s, x: ops.tile(x, s["repeats"]),
    "Concat": lambda s, *operands: ops.concatenate(operands, axis=s["axis"]),
    "Split": split,
    "Slice": part,
    "Reverse": lambda s, x: ops.flip(x, axis=tuple(s["axes"])),
    "Pad": pad,
}

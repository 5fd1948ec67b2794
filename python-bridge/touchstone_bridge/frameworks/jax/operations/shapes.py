"""Reductions, operations along one axis, products, and operations that only move elements."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Callable, Mapping, Tuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .call import Call, Settings, Tensor, of


def total(function: Callable[..., Any]) -> Call:
    """In the operand's own type, where NumPy takes a wider one."""
    return lambda s, x: function(x, tuple(s["axes"]), dtype=x.dtype, keepdims=s["keepdims"])


def extreme(function: Callable[..., Any], is_largest: bool) -> Call:
    """The identity of the reduction where there is no element, which NumPy refuses."""

    def call(settings: Settings, x: Tensor) -> Tensor:
        axes = tuple(settings["axes"])
        if all(x.shape[axis] for axis in axes):
            return function(x, axes, keepdims=settings["keepdims"])
        shape = np.max(np.ones(x.shape), axes, keepdims=settings["keepdims"], initial=0).shape
        return jnp.full(shape, least(x.dtype) if is_largest else greatest(x.dtype), x.dtype)

    return call


def least(kind: Any) -> Any:
    """What every value of the type is at least, as a scalar of it."""
    return np.array(-np.inf if jnp.issubdtype(kind, jnp.floating) else jnp.iinfo(kind).min, kind)


def greatest(kind: Any) -> Any:
    return np.array(np.inf if jnp.issubdtype(kind, jnp.floating) else jnp.iinfo(kind).max, kind)


def position(function: Callable[..., Any]) -> Call:
    return lambda s, x: function(x, s["axis"], keepdims=s["keepdims"]).astype(jnp.int64)


def cumulative_sum(settings: Settings, x: Tensor) -> Tensor:
    axis, backward = settings["axis"], settings["reverse"]
    if settings["exclusive"]:
        # By one place on, a zero in front.
        moved = (-1, 1, 0) if backward else (1, -1, 0)
        x = lax.pad(
            x, np.zeros((), x.dtype), [moved if each == axis else (0, 0, 0) for each in range(x.ndim)]
        )
    return lax.cumsum(x, axis, reverse=backward)


def top(settings: Settings, x: Tensor) -> Tuple[Tensor, Tensor]:
    """Over the last axis. The smallest are the largest of -x, for integers of ~x."""
    is_floating = jnp.issubdtype(x.dtype, jnp.floating)
    turned = jnp.negative if is_floating else jnp.bitwise_not
    searched = x if settings["largest"] else turned(x)
    if is_floating:
        # XLA has -0.0 below 0.0, and drops a sum with zero.
        searched = jnp.where(searched == 0, jnp.zeros_like(searched), searched)
    _, positions = lax.top_k(searched, settings["k"])
    return jnp.take_along_axis(x, positions, -1), positions.astype(jnp.int64)


def split(settings: Settings, x: Tensor) -> Tuple[Tensor, ...]:
    return tuple(jnp.split(x, list(accumulate(settings["sizes"]))[:-1], settings["axis"]))


def pad(settings: Settings, x: Tensor) -> Tensor:
    return jnp.pad(x, settings["pads"], constant_values=np.array(settings["value"], x.dtype))


SHAPES: Mapping[str, Call] = {
    "ReduceSum": total(jnp.sum),
    "ReduceMean": total(jnp.mean),
    "ReduceProd": total(jnp.prod),
    "ReduceMax": extreme(jnp.max, True),
    "ReduceMin": extreme(jnp.min, False),
    "ReduceLogSumExp": lambda s, x: jax.nn.logsumexp(x, tuple(s["axes"]), keepdims=s["keepdims"]),
    "ArgMax": position(jnp.argmax),
    "ArgMin": position(jnp.argmin),
    "CumSum": cumulative_sum,
    "Softmax": lambda s, x: jax.nn.softmax(x, s["axis"]),
    "LogSoftmax": lambda s, x: jax.nn.log_softmax(x, s["axis"]),
    "TopK": top,
    "Gemm": lambda _, x, w, *bias: jnp.dot(x, w) + bias[0] if bias else jnp.dot(x, w),
    "MatMul": of(jnp.matmul),
    "Einsum": lambda s, *operands: jnp.einsum(s["equation"], *operands),
    "Reshape": lambda s, x: jnp.reshape(x, s["shape"]),
    "Transpose": lambda s, x: jnp.transpose(x, s["perm"]),
    "Expand": lambda s, x: jnp.broadcast_to(x, tuple(s["shape"])),
    "Tile": lambda s, x: jnp.tile(x, s["repeats"]),
    "Concat": lambda s, *operands: jnp.concatenate(operands, s["axis"]),
    "Split": split,
    "Slice": lambda s, x: lax.slice(x, s["begins"], s["ends"], s["strides"]),
    "Reverse": lambda s, x: lax.rev(x, s["axes"]),
    "Pad": pad,
}

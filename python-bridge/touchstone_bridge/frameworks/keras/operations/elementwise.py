"""Operations that treat every element alike, and casts.

Arithmetic is Python's own on tensors: `keras.ops` casts 64-bit integers to 32 bits on the way on some backends, and its
`add` takes [3, 1] for a bias of [2, 3, 3] along the last axis on TensorFlow (Keras 3.15.1).
"""

from __future__ import annotations

import operator
from typing import Any, Callable, Mapping

import keras
import numpy as np
from keras import ops

from .call import BACKEND, Call, Settings, Tensor, is_floating_point, of, type_of


def addition(_: Settings, a: Tensor, b: Tensor) -> Tensor:
    """On TensorFlow [1, n] as a vector and a single element as a scalar, which broadcast alike.

    Grappler of TensorFlow 2.21 fuses a row with a product and then refuses it, and exchanges a vector of one element
    with the bias of a convolution before it, which then reads beyond its memory.
    """
    if BACKEND == "tensorflow":
        if is_row(b) and len(a.shape) >= len(b.shape):
            b = shortened(b)
        elif is_row(a) and len(b.shape) >= len(a.shape):
            a = shortened(a)
    return a + b


def is_row(x: Tensor) -> bool:
    return len(x.shape) > 0 and all(extent == 1 for extent in x.shape[:-1])


def shortened(row: Tensor) -> Tensor:
    return ops.reshape(row, () if row.shape[-1] == 1 else row.shape[-1:])


def division(_: Settings, a: Tensor, b: Tensor) -> Tensor:
    """Integers towards zero: one more than the quotient below, where that is below zero and something remains."""
    if is_floating_point(a):
        return a / b
    below = a // b
    if type_of(a).startswith("u"):
        return below
    is_broken = ops.logical_and(ops.not_equal(below * b, a), ops.logical_xor(a < 0, b < 0))
    return below + ops.cast(is_broken, type_of(a))


def modulo(settings: Settings, a: Tensor, b: Tensor) -> Tensor:
    if not settings["fmod"]:
        return ops.mod(a, b)
    return ops.fmod(a, b) if is_floating_point(a) else a - division(settings, a, b) * b


def shift(settings: Settings, a: Tensor, b: Tensor) -> Tensor:
    """By as many places as there are, or fewer than none, nothing but the sign is left: TensorFlow shifts less then."""
    moved = (ops.left_shift if settings["direction"] == "LEFT" else ops.right_shift)(a, b)
    if BACKEND != "tensorflow":
        return moved
    kind = np.dtype(type_of(a))
    width = ops.convert_to_tensor(kind.itemsize * 8, str(kind))
    is_within = ops.less(b, width)
    if kind.kind == "i":
        is_within = ops.logical_and(is_within, ops.greater_equal(b, ops.zeros_like(b)))
    is_signed = kind.kind == "i" and settings["direction"] == "RIGHT"
    rest = ops.right_shift(a, width - 1) if is_signed else ops.zeros_like(a)
    return ops.where(is_within, moved, rest)


def extreme(function: Callable[..., Any], compare: Callable[..., Any]) -> Callable[..., Any]:
    """By comparison where Keras would round on the way: on PyTorch, of 64 bits."""

    def call(a: Tensor, b: Tensor) -> Tensor:
        if BACKEND != "torch" or not type_of(a).endswith("64"):
            return function(a, b)
        is_first = compare(a, b)
        return ops.where(ops.logical_or(is_first, ops.isnan(a)) if is_floating_point(a) else is_first, a, b)

    return call


def is_infinite(settings: Settings, x: Tensor) -> Tensor:
    if settings["negative"] and settings["positive"]:
        return ops.isinf(x)
    return ops.isneginf(x) if settings["negative"] else ops.isposinf(x)


PLAIN: Mapping[str, Callable[..., Any]] = {
    "Abs": ops.abs,
    "Acos": ops.arccos,
    "Acosh": ops.arccosh,
    "Asin": ops.arcsin,
    "Asinh": ops.arcsinh,
    "Atan": ops.arctan,
    "Atanh": ops.arctanh,
    "BitwiseNot": ops.bitwise_not,
    "Ceil": ops.ceil,
    "Cos": ops.cos,
    "Cosh": ops.cosh,
    "Erf": ops.erf,
    "Exp": ops.exp,
    "Floor": ops.floor,
    "HardSwish": ops.hard_silu,
    "Log": ops.log,
    "Mish": keras.activations.mish,
    "Neg": ops.negative,
    "Not": ops.logical_not,
    "Reciprocal": ops.reciprocal,
    "Relu": ops.relu,
    "Round": ops.round,
    "Sigmoid": ops.sigmoid,
    "Sign": ops.sign,
    "Sin": ops.sin,
    "Sinh": ops.sinh,
    "Softplus": ops.softplus,
    "Softsign": ops.softsign,
    "Sqrt": ops.sqrt,
    "Tan": ops.tan,
    "Tanh": ops.tanh,
    "Sub": operator.sub,
    "Mul": operator.mul,
    "Pow": ops.power,
    "Max": extreme(ops.maximum, ops.greater),
    "Min": extreme(ops.minimum, ops.less),
    "And": ops.logical_and,
    "Or": ops.logical_or,
    "Xor": ops.logical_xor,
    "BitwiseAnd": ops.bitwise_and,
    "BitwiseOr": ops.bitwise_or,
    "BitwiseXor": ops.bitwise_xor,
    "Equal": ops.equal,
    "Greater": ops.greater,
    "GreaterOrEqual": ops.greater_equal,
    "Less": ops.less,
    "LessOrEqual": ops.less_equal,
    "IsNaN": ops.isnan,
    "Where": ops.where,
}

ELEMENTWISE: Mapping[str, Call] = {
    **{kind: of(function) for kind, function in PLAIN.items()},
    "Add": addition,
    "Div": division,
    "Mod": modulo,
    "BitShift": shift,
    "Celu": lambda s, x: ops.celu(x, s["alpha"]),
    "Elu": lambda s, x: ops.elu(x, s["alpha"]),
    "Gelu": lambda s, x: ops.gelu(x, approximate=s["approximate"] == "tanh"),
    "HardSigmoid": lambda _, x: ops.hard_sigmoid(x),
    "LeakyRelu": lambda s, x: ops.leaky_relu(x, s["alpha"]),
    "Selu": lambda _, x: ops.selu(x),
    "Swish": lambda _, x: ops.silu(x),
    "Clip": lambda s, x: ops.clip(x, s["low"], s["high"]),
    "IsInf": is_infinite,
    "Cast": lambda s, x: ops.cast(x, s["to"]),
}

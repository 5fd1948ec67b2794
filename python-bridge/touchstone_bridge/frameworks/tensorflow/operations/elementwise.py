"""Operations that treat every element alike, and casts."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import numpy as np
import tensorflow as tf

from .call import Call, Settings, Tensor, of, widened


def absolute(_: Settings, x: Tensor) -> Tensor:
    return tf.identity(x) if x.dtype.is_unsigned else tf.abs(x)


def sign(_: Settings, x: Tensor) -> Tensor:
    """Compares, since unsigned integers have no kernel."""
    return tf.cast(tf.not_equal(x, tf.zeros((), x.dtype)), x.dtype) if x.dtype.is_unsigned else tf.sign(x)


def division(_: Settings, a: Tensor, b: Tensor) -> Tensor:
    """Rounds the quotient of integers towards zero."""
    return tf.truncatediv(a, b) if a.dtype.is_integer else tf.divide(a, b)


def power(settings: Settings, a: Tensor, b: Tensor) -> Tensor:
    unsigned = widened(of(tf.pow))
    return unsigned(settings, a, b) if a.dtype.is_unsigned else tf.pow(a, b)


def modulo(settings: Settings, a: Tensor, b: Tensor) -> Tensor:
    if not settings["fmod"]:
        return tf.math.floormod(a, b)
    if a.dtype == tf.float16:
        # It has no kernel; the remainder of two half-precision numbers is one too.
        return tf.cast(tf.truncatemod(tf.cast(a, tf.float32), tf.cast(b, tf.float32)), a.dtype)
    return tf.truncatemod(a, b)


def shift(settings: Settings, a: Tensor, b: Tensor) -> Tensor:
    """By as many places as there are, or fewer than none, nothing but the sign is left: TensorFlow shifts less then."""
    kind = a.dtype
    width = kind.size * 8
    beyond = b >= width if kind.is_unsigned else (b >= width) | (b < 0)
    if settings["direction"] == "LEFT":
        return tf.where(beyond, tf.zeros((), kind), tf.bitwise.left_shift(a, b))
    rest = tf.zeros((), kind) if kind.is_unsigned else tf.bitwise.right_shift(a, tf.constant(width - 1, kind))
    return tf.where(beyond, rest, tf.bitwise.right_shift(a, b))


def addition(_: Settings, a: Tensor, b: Tensor) -> Tensor:
    """A row [1, n] as a vector and a single element as a scalar, which broadcast alike.

    Grappler fuses a row with a product and then refuses it, and exchanges a vector of one element with the bias of a
    convolution before it, which then reads beyond its memory.
    """
    if is_row(b) and len(a.shape) >= len(b.shape):
        return tf.add(a, shortened(b))
    if is_row(a) and len(b.shape) >= len(a.shape):
        return tf.add(shortened(a), b)
    return tf.add(a, b)


def is_row(x: Tensor) -> bool:
    return len(x.shape) > 0 and all(extent == 1 for extent in x.shape[:-1])


def shortened(row: Tensor) -> Tensor:
    return tf.reshape(row, [] if row.shape[-1] == 1 else row.shape[-1:])


def clip(settings: Settings, x: Tensor) -> Tensor:
    """The upper bound wins, as in ONNX; `tf.clip_by_value` has it the other way round."""
    low, high = settings["low"], settings["high"]
    if low is not None:
        x = tf.maximum(x, bound(low, x.dtype))
    return x if high is None else tf.minimum(x, bound(high, x.dtype))


def bound(value: float, kind: Any) -> Any:
    """One beyond what an integer type holds bounds nothing."""
    if kind.is_integer:
        value = min(max(int(value), int(kind.min)), int(kind.max))
    return np.array(value, kind.as_numpy_dtype)


def is_infinite(settings: Settings, x: Tensor) -> Tensor:
    if settings["negative"] and settings["positive"]:
        return tf.math.is_inf(x)
    infinity = np.array(-np.inf if settings["negative"] else np.inf, x.dtype.as_numpy_dtype)
    return tf.equal(x, infinity)


def elu(x: Tensor, alpha: float) -> Tensor:
    """TensorFlow's own has alpha 1 only; Keras writes the general one so."""
    return tf.nn.elu(x) if alpha == 1 else tf.where(x > 0, x, alpha * tf.nn.elu(x))


def celu(settings: Settings, x: Tensor) -> Tensor:
    alpha = settings["alpha"]
    return tf.nn.elu(x) if alpha == 1 else tf.where(x > 0, x, alpha * tf.nn.elu(x / alpha))


def selu(settings: Settings, x: Tensor) -> Tensor:
    """TensorFlow has it with the default constants."""
    alpha, gamma = settings["alpha"], settings["gamma"]
    is_default = abs(alpha - 1.6732632423543772) < 1e-7 and abs(gamma - 1.0507009873554805) < 1e-7
    return tf.nn.selu(x) if is_default else gamma * elu(x, alpha)


PLAIN: Mapping[str, Callable[..., Any]] = {
    "Acos": tf.acos,
    "Acosh": tf.acosh,
    "Asin": tf.asin,
    "Asinh": tf.asinh,
    "Atan": tf.atan,
    "Atanh": tf.atanh,
    "BitwiseNot": tf.bitwise.invert,
    "Ceil": tf.math.ceil,
    "Cos": tf.cos,
    "Cosh": tf.cosh,
    "Erf": tf.math.erf,
    "Exp": tf.exp,
    "Floor": tf.floor,
    "HardSwish": lambda x: x * tf.nn.relu6(x + 3) / 6,
    "Log": tf.math.log,
    "Mish": lambda x: x * tf.tanh(tf.nn.softplus(x)),
    "Neg": tf.negative,
    "Not": tf.logical_not,
    "Reciprocal": tf.math.reciprocal,
    "Relu": tf.nn.relu,
    "Round": tf.round,
    "Sigmoid": tf.sigmoid,
    "Sin": tf.sin,
    "Sinh": tf.sinh,
    "Softplus": tf.nn.softplus,
    "Softsign": tf.nn.softsign,
    "Sqrt": tf.sqrt,
    "Tan": tf.tan,
    "Tanh": tf.tanh,
    "Sub": tf.subtract,
    "Mul": tf.multiply,
    "Max": tf.maximum,
    "Min": tf.minimum,
    "And": tf.logical_and,
    "Or": tf.logical_or,
    "Xor": tf.not_equal,
    "BitwiseAnd": tf.bitwise.bitwise_and,
    "BitwiseOr": tf.bitwise.bitwise_or,
    "BitwiseXor": tf.bitwise.bitwise_xor,
    "Equal": tf.equal,
    "Greater": tf.greater,
    "GreaterOrEqual": tf.greater_equal,
    "Less": tf.less,
    "LessOrEqual": tf.less_equal,
    "IsNaN": tf.math.is_nan,
    "Where": tf.where,
}

ELEMENTWISE: Mapping[str, Call] = {
    **{kind: of(function) for kind, function in PLAIN.items()},
    "Abs": absolute,
    "Sign": sign,
    "Div": division,
    "Pow": power,
    "Mod": modulo,
    "Add": addition,
    "BitShift": shift,
    "Celu": celu,
    "Elu": lambda s, x: elu(x, s["alpha"]),
    "Gelu": lambda s, x: tf.nn.gelu(x, approximate=s["approximate"] == "tanh"),
    "HardSigmoid": lambda s, x: tf.clip_by_value(s["alpha"] * x + s["beta"], 0, 1),
    "LeakyRelu": lambda s, x: tf.nn.leaky_relu(x, s["alpha"]),
    "Selu": selu,
    "Swish": lambda s, x: tf.nn.silu(x, s["alpha"]),
    "Clip": clip,
    "IsInf": is_infinite,
    "Cast": lambda s, x: tf.cast(x, s["to"]),
}

"""Operations that treat every element alike, and casts."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .call import Call, Settings, Tensor, of


def division(_: Settings, a: Tensor, b: Tensor) -> Tensor:
    """Rounds the quotient of integers towards zero, as lax does and NumPy does not."""
    return lax.div(*jnp.broadcast_arrays(a, b)) if jnp.issubdtype(a.dtype, jnp.integer) else jnp.divide(a, b)


def clip(settings: Settings, x: Tensor) -> Tensor:
    low, high = settings["low"], settings["high"]
    if jnp.issubdtype(x.dtype, jnp.integer):
        # A bound beyond what the type holds bounds nothing.
        kind = jnp.iinfo(x.dtype)
        low = None if low is None else max(int(low), int(kind.min))
        high = None if high is None else min(int(high), int(kind.max))
    bounds = [None if bound is None else np.array(bound, x.dtype) for bound in (low, high)]
    return jnp.clip(x, *bounds)


def is_infinite(settings: Settings, x: Tensor) -> Tensor:
    if settings["negative"] and settings["positive"]:
        return jnp.isinf(x)
    if settings["negative"]:
        return jnp.isneginf(x)
    return jnp.isposinf(x) if settings["positive"] else jnp.zeros_like(x, bool)


def swish(settings: Settings, x: Tensor) -> Tensor:
    return jax.nn.silu(x) if settings["alpha"] == 1 else x * jax.nn.sigmoid(settings["alpha"] * x)


PLAIN: Mapping[str, Callable[..., Any]] = {
    "Abs": jnp.abs,
    "Acos": jnp.arccos,
    "Acosh": jnp.arccosh,
    "Asin": jnp.arcsin,
    "Asinh": jnp.arcsinh,
    "Atan": jnp.arctan,
    "Atanh": jnp.arctanh,
    "BitwiseNot": jnp.bitwise_not,
    "Ceil": jnp.ceil,
    "Cos": jnp.cos,
    "Cosh": jnp.cosh,
    "Erf": lax.erf,
    "Exp": jnp.exp,
    "Floor": jnp.floor,
    "HardSwish": jax.nn.hard_swish,
    "Log": jnp.log,
    "Mish": jax.nn.mish,
    "Neg": jnp.negative,
    "Not": jnp.logical_not,
    "Reciprocal": jnp.reciprocal,
    "Relu": jax.nn.relu,
    "Round": jnp.round,
    "Sigmoid": jax.nn.sigmoid,
    "Sign": jnp.sign,
    "Sin": jnp.sin,
    "Sinh": jnp.sinh,
    "Softplus": jax.nn.softplus,
    "Softsign": jax.nn.soft_sign,
    "Sqrt": jnp.sqrt,
    "Tan": jnp.tan,
    "Tanh": jnp.tanh,
    "Add": jnp.add,
    "Sub": jnp.subtract,
    "Mul": jnp.multiply,
    "Pow": jnp.power,
    "Max": jnp.maximum,
    "Min": jnp.minimum,
    "And": jnp.logical_and,
    "Or": jnp.logical_or,
    "Xor": jnp.logical_xor,
    "BitwiseAnd": jnp.bitwise_and,
    "BitwiseOr": jnp.bitwise_or,
    "BitwiseXor": jnp.bitwise_xor,
    "Equal": jnp.equal,
    "Greater": jnp.greater,
    "GreaterOrEqual": jnp.greater_equal,
    "Less": jnp.less,
    "LessOrEqual": jnp.less_equal,
    "IsNaN": jnp.isnan,
    "Where": jnp.where,
}

ELEMENTWISE: Mapping[str, Call] = {
    **{kind: of(function) for kind, function in PLAIN.items()},
    "Div": division,
    "Mod": lambda s, a, b: jnp.fmod(a, b) if s["fmod"] else jnp.mod(a, b),
    "BitShift": lambda s, a, b: (jnp.left_shift if s["direction"] == "LEFT" else jnp.right_shift)(a, b),
    "Celu": lambda s, x: jax.nn.celu(x, s["alpha"]),
    "Elu": lambda s, x: jax.nn.elu(x, s["alpha"]),
    "Gelu": lambda s, x: jax.nn.gelu(x, approximate=s["approximate"] == "tanh"),
    "HardSigmoid": lambda s, x: jnp.clip(s["alpha"] * x + s["beta"], 0, 1),
    "LeakyRelu": lambda s, x: jax.nn.leaky_relu(x, s["alpha"]),
    # jax.nn.selu is this with the default constants.
    "Selu": lambda s, x: s["gamma"] * jax.nn.elu(x, s["alpha"]),
    "Swish": swish,
    "Clip": clip,
    "IsInf": is_infinite,
    "Cast": lambda s, x: x.astype(s["to"]),
}

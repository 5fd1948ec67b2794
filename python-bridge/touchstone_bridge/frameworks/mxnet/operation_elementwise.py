"""Operations that treat every element alike, and casts."""

from __future__ import annotations

from typing import Any, Callable, Dict

from mxnet import symbol

from .operation_builder import Build, Step, legacy, plain, with_number
from .symbol_builder import Symbol

np, npx = symbol.np, symbol.npx


def activation(kind: str) -> Build:
    return lambda step: npx.activation(step.x, act_type=kind)


def division(step: Step) -> Symbol:
    """Of integers towards zero; float64 holds those of 32 bits, and so their quotients, well enough."""
    if not step.is_whole:
        return np.true_divide(*step.pair)
    a, b = (npx.cast(operand, dtype="float64") for operand in step.operands)
    return npx.cast(np.trunc(np.true_divide(a, b)), dtype=step.type)


def remainder(step: Step) -> Symbol:
    """By zero it has zero, where fractions have no remainder: 0 / b is nothing else but that."""
    a, b = step.operands
    found = np.mod(a, b)
    return found if step.is_whole else np.add(found, np.true_divide(0.0, b))


def rounded(step: Step) -> Symbol:
    """Its `rint` does not round halves to even, its `around` does, and is not there for float16."""
    if step.type != "float16":
        return np.around(step.x)
    return npx.cast(np.around(npx.cast(step.x, dtype="float32")), dtype="float16")


def clip(step: Step) -> Symbol:
    low, high = step.settings["low"], step.settings["high"]
    return np.clip(step.x, low, high)


def is_infinite(step: Step) -> Symbol:
    negative, positive = step.settings["negative"], step.settings["positive"]
    if negative and positive:
        return np.isinf(step.x)
    return (np.isneginf if negative else np.isposinf)(step.x)


def leaky(kind: str, slope: str) -> Build:
    return lambda step: npx.leaky_relu(step.x, act_type=kind, slope=step.settings[slope])


def hard_sigmoid(step: Step) -> Symbol:
    return legacy(symbol.hard_sigmoid, step.x, alpha=step.settings["alpha"], beta=step.settings["beta"])


PLAIN: Dict[str, Callable[..., Any]] = {
    "Abs": np.abs,
    "Acos": np.arccos,
    "Acosh": np.arccosh,
    "Asin": np.arcsin,
    "Asinh": np.arcsinh,
    "Atan": np.arctan,
    "Atanh": np.arctanh,
    "BitwiseNot": np.bitwise_not,
    "Ceil": np.ceil,
    "Cos": np.cos,
    "Cosh": np.cosh,
    "Erf": npx.erf,
    "Exp": np.exp,
    "Floor": np.floor,
    "Log": np.log,
    "Neg": np.negative,
    "Not": np.logical_not,
    "Reciprocal": np.reciprocal,
    "Relu": npx.relu,
    "Sigmoid": npx.sigmoid,
    "Sign": np.sign,
    "Sin": np.sin,
    "Sinh": np.sinh,
    "Sqrt": np.sqrt,
    "Tan": np.tan,
    "Tanh": np.tanh,
    # Of bools, which have no operators of their own.
    "And": np.multiply,
    "Or": np.add,
    "Xor": np.not_equal,
    "BitwiseAnd": np.bitwise_and,
    "BitwiseOr": np.bitwise_or,
    "BitwiseXor": np.bitwise_xor,
    "IsNaN": np.isnan,
    "Where": np.where,
}

WITH_NUMBER: Dict[str, Callable[..., Any]] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Pow": np.power,
    "Max": np.maximum,
    "Min": np.minimum,
    "Equal": np.equal,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
}

ELEMENTWISE: Dict[str, Build] = {
    **{kind: plain(function) for kind, function in PLAIN.items()},
    **{kind: with_number(function) for kind, function in WITH_NUMBER.items()},
    "Round": rounded,
    "Softplus": activation("softrelu"),
    "Softsign": activation("softsign"),
    "Div": division,
    "Mod": remainder,
    "Elu": leaky("elu", "alpha"),
    "LeakyRelu": leaky("leaky", "alpha"),
    "Gelu": lambda step: npx.leaky_relu(step.x, act_type="gelu"),
    "Selu": lambda step: npx.leaky_relu(step.x, act_type="selu"),
    "HardSigmoid": hard_sigmoid,
    "Clip": clip,
    "IsInf": is_infinite,
    "Cast": lambda step: npx.cast(step.x, dtype=step.settings["to"]),
}

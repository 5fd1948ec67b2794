"""Operations that treat every element alike, and casts."""

from __future__ import annotations

from typing import Any, Callable, Dict

from mxnet import symbol

from ..builder import Build, Step, Symbol, legacy, plain, with_number

np, npx = symbol.np, symbol.npx


def activation(kind: str) -> Build:
    """oneDNN's, which takes what its convolutions return as it is."""
    return lambda step: npx.activation(step.x, act_type=kind)


def relu(step: Step) -> Symbol:
    """The layer has no kernel for integers."""
    return (activation("relu") if step.is_floating_point else plain(npx.relu))(step)


def addition(step: Step) -> Symbol:
    """Results of one shape are added by oneDNN, which takes them in its own layout.

    Not so weights and inputs: where one of the two has no gradient, the other's is wrong in a static graph (1.9.1).
    """
    first, second = step.shapes
    if first != second or step.type != "float32" or not step.builder.is_computed(*step.inputs):
        return np.add(*step.pair)
    return legacy(symbol.elemwise_add, *step.operands)


def division(step: Step) -> Symbol:
    """Integers are divided towards zero; float64 holds those of 32 bits, and so their quotients, well enough."""
    if step.is_floating_point:
        return np.true_divide(*step.pair)
    a, b = (npx.cast(operand, dtype="float64") for operand in step.operands)
    return npx.cast(np.trunc(np.true_divide(a, b)), dtype=step.type)


def remainder(step: Step) -> Symbol:
    """MXNet has a remainder of zero for a divisor of zero. Of floating-point numbers it is NaN, as 0 / b is."""
    a, b = step.operands
    found = np.mod(a, b)
    return np.add(found, np.true_divide(0.0, b)) if step.is_floating_point else found


def rounded(step: Step) -> Symbol:
    """`rint` does not round halves to even; `around` does, but has no kernel for float16."""
    if step.type != "float16":
        return np.around(step.x)
    return npx.cast(np.around(npx.cast(step.x, dtype="float32")), dtype="float16")


def clip(step: Step) -> Symbol:
    return np.clip(step.x, step.settings["low"], step.settings["high"])


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
    "Sign": np.sign,
    "Sin": np.sin,
    "Sinh": np.sinh,
    "Sqrt": np.sqrt,
    "Tan": np.tan,
    # bool has no operators of its own for these.
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
    "Relu": relu,
    "Sigmoid": activation("sigmoid"),
    "Tanh": activation("tanh"),
    "Add": addition,
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

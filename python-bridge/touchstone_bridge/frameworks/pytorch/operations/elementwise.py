"""Operations that treat every element alike, and casts."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import fx

from ..builder import Build, Step, dtype, plain, with_number


def division(step: Step) -> fx.Node:
    """Integers are divided towards zero."""
    options = {} if step.type.is_floating_point else {"rounding_mode": "trunc"}
    return step.call(torch.div, step.x, step.second, **options)


def clip(step: Step) -> fx.Node:
    """A bound beyond the range of an integer type is its end."""
    low, high = step.settings["low"], step.settings["high"]
    if not step.type.is_floating_point:
        kind = torch.iinfo(step.type)
        low = None if low is None else min(max(int(low), kind.min), kind.max)
        high = None if high is None else min(max(int(high), kind.min), kind.max)
    return step.x if low is None and high is None else step.call(torch.clamp, step.x, low, high)


def is_infinite(step: Step) -> fx.Node:
    negative, positive = step.settings["negative"], step.settings["positive"]
    if negative and positive:
        return step.call(torch.isinf, step.x)
    return step.call(torch.isneginf if negative else torch.isposinf, step.x)


def shift(step: Step) -> fx.Node:
    to_left = step.settings["direction"] == "LEFT"
    return step.call(torch.bitwise_left_shift if to_left else torch.bitwise_right_shift, *step.operands)


def modulo(step: Step) -> fx.Node:
    if step.type.is_floating_point and not step.settings["fmod"]:
        return step.call(remainder, *step.operands)
    return step.call(torch.fmod if step.settings["fmod"] else torch.remainder, step.x, step.second)


def remainder(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """`torch.remainder`, which TorchInductor 2.13 compiles to NaN where the divisor is infinite."""
    found = torch.fmod(a, b)
    return torch.where((found != 0) & ((found < 0) != (b < 0)), found + b, found)


PLAIN = {
    "Abs": torch.abs,
    "Acos": torch.acos,
    "Acosh": torch.acosh,
    "Asin": torch.asin,
    "Asinh": torch.asinh,
    "Atan": torch.atan,
    "Atanh": torch.atanh,
    "BitwiseNot": torch.bitwise_not,
    "Ceil": torch.ceil,
    "Cos": torch.cos,
    "Cosh": torch.cosh,
    "Erf": torch.erf,
    "Exp": torch.exp,
    "Floor": torch.floor,
    "HardSwish": functional.hardswish,
    "Log": torch.log,
    "Mish": functional.mish,
    "Neg": torch.neg,
    "Not": torch.logical_not,
    "Reciprocal": torch.reciprocal,
    "Relu": functional.relu,
    "Round": torch.round,
    "Sigmoid": torch.sigmoid,
    "Sign": torch.sign,
    "Sin": torch.sin,
    "Sinh": torch.sinh,
    "Softplus": functional.softplus,
    "Softsign": functional.softsign,
    "Sqrt": torch.sqrt,
    "Tan": torch.tan,
    "Tanh": torch.tanh,
    "IsNaN": torch.isnan,
    "Max": torch.maximum,
    "Min": torch.minimum,
    "And": torch.logical_and,
    "Or": torch.logical_or,
    "Xor": torch.logical_xor,
    "BitwiseAnd": torch.bitwise_and,
    "BitwiseOr": torch.bitwise_or,
    "BitwiseXor": torch.bitwise_xor,
    "Where": torch.where,
    # With their default constants; the capabilities allow no others.
    "HardSigmoid": functional.hardsigmoid,
    "Selu": functional.selu,
    "Swish": functional.silu,
}

WITH_NUMBER = {
    "Add": torch.add,
    "Sub": torch.sub,
    "Mul": torch.mul,
    "Pow": torch.pow,
    "Equal": torch.eq,
    "Greater": torch.gt,
    "GreaterOrEqual": torch.ge,
    "Less": torch.lt,
    "LessOrEqual": torch.le,
}

ELEMENTWISE: dict[str, Build] = {
    **{kind: plain(function) for kind, function in PLAIN.items()},
    **{kind: with_number(function) for kind, function in WITH_NUMBER.items()},
    "Div": division,
    "Mod": modulo,
    "BitShift": shift,
    "Celu": lambda step: step.call(functional.celu, step.x, step.settings["alpha"]),
    "Elu": lambda step: step.call(functional.elu, step.x, step.settings["alpha"]),
    "Gelu": lambda step: step.call(functional.gelu, step.x, approximate=step.settings["approximate"]),
    "LeakyRelu": lambda step: step.call(functional.leaky_relu, step.x, step.settings["alpha"]),
    "Clip": clip,
    "IsInf": is_infinite,
    "Cast": lambda step: step.call(torch.Tensor.to, step.x, dtype(step.settings["to"])),
}

"""Operations that treat every element alike, and casts. Where is one of rows: tensors go through it as vectors."""

from __future__ import annotations

from math import inf, prod

import numpy as np
from caffe2.proto import caffe2_pb2
from caffe2.python import core

from .operation_builder import Build, OperationBuilder, Step, plain, with_numbers

TYPES = {
    "float32": caffe2_pb2.TensorProto.FLOAT,
    "float64": caffe2_pb2.TensorProto.DOUBLE,
    "int32": caffe2_pb2.TensorProto.INT32,
    "int64": caffe2_pb2.TensorProto.INT64,
    "bool": caffe2_pb2.TensorProto.BOOL,
}


def cast_to(builder: OperationBuilder, blob: core.BlobReference, kind: str) -> core.BlobReference:
    """No gradient comes back: only fractions of one type would have any."""
    return builder.stopped(builder.operate("Cast", [blob], to=TYPES[kind]))


def expanded(
    builder: OperationBuilder, blob: core.BlobReference, shape: tuple[int, ...], target: tuple[int, ...]
) -> core.BlobReference:
    """As NumPy broadcasts."""
    return (
        blob
        if shape == target
        else builder.operate("Expand", [blob, builder.feed(np.array(target, np.int64))])
    )


def alike(step: Step) -> list[core.BlobReference]:
    """Operands in the shape of the result, for operators that broadcast nothing."""
    target = step.result.shape
    return [expanded(step.builder, blob, shape, target) for blob, shape in zip(step.operands, step.shapes)]


def stepwise(operator: str) -> Build:
    """A function whose gradient is zero."""
    return lambda step: step.builder.stopped(step.call(operator, [step.x]))


def power(step: Step) -> core.BlobReference:
    """One known number is an argument, which is what a user would write."""
    exponent = step.builder.literal(step.operation.inputs[1])
    if exponent is not None and exponent.size == 1 and step.shapes[0] == step.result.shape:
        return step.call("Pow", [step.x], exponent=float(exponent.reshape(())))
    return step.call("Pow", alike(step))


def clip(step: Step) -> core.BlobReference:
    """A bound that is left out would be the largest finite number."""
    low, high = step.settings["low"], step.settings["high"]
    bounds = {"min": -inf if low is None else float(low), "max": inf if high is None else float(high)}
    return step.call("Clip", [step.x], **bounds)


def cast(step: Step) -> core.BlobReference:
    """Half precision has ways of its own, to float32 and from it."""
    builder, x, kind = step.builder, step.x, step.settings["to"]
    if step.type == "float16":
        x = builder.operate("HalfToFloat", [x])
    if kind == "float16":
        return builder.operate("FloatToHalf", [cast_to(builder, x, "float32")])
    return cast_to(builder, x, kind)


def is_nan(step: Step) -> core.BlobReference:
    return cast_to(step.builder, step.call("IsNaN", [step.x]), "bool")


def where(step: Step) -> core.BlobReference:
    builder, target = step.builder, step.result.shape
    condition, chosen, other = (builder.reshaped(blob, [prod(target)]) for blob in moved_alike(step))
    if step.carries:
        picked = pick(builder, condition, chosen, other, prod(target))
    else:
        picked = step.call("Conditional", [condition, chosen, other])
    return builder.reshaped(picked, target)


def moved_alike(step: Step) -> list[core.BlobReference]:
    """In the shape of the result. Booleans are expanded as numbers, since as what they are Caffe2 has it not."""
    target, builder = step.result.shape, step.builder
    found = []
    for blob, shape, tensor in zip(step.operands, step.shapes, step.operation.inputs):
        if shape != target and builder.type(tensor) == "bool":
            numbers = expanded(builder, cast_to(builder, blob, "int32"), shape, target)
            found.append(cast_to(builder, numbers, "bool"))
        else:
            found.append(expanded(builder, blob, shape, target))
    return found


def pick(
    builder: OperationBuilder,
    condition: core.BlobReference,
    chosen: core.BlobReference,
    other: core.BlobReference,
    count: int,
) -> core.BlobReference:
    """Vectors by their positions in both, one behind the other: `Conditional` has no gradient, and gathering has."""
    otherwise = cast_to(builder, builder.operate("Not", [condition]), "int64")
    behind = builder.operate("Mul", [otherwise, builder.feed(np.array([count], np.int64))])
    positions = builder.operate("Add", [behind, builder.feed(np.arange(count, dtype=np.int64))])
    return builder.taken(builder.joined([chosen, other], 0), positions, 0)


PLAIN = {
    **{kind: kind for kind in ("Abs", "Acos", "Asin", "Atan", "Cos", "Cosh", "Erf", "Exp", "Log", "Mish")},
    **{kind: kind for kind in ("Not", "Reciprocal", "Relu", "Sigmoid", "Sin", "Sinh", "Softsign", "Sqrt")},
    **{kind: kind for kind in ("Tan", "Tanh", "Swish", "Add", "Sub", "Mul", "Div", "And", "Or", "Xor")},
    **{kind: kind for kind in ("BitwiseAnd", "BitwiseOr", "BitwiseXor")},
    "Neg": "Negative",
    "Equal": "EQ",
    "Greater": "GT",
    "GreaterOrEqual": "GE",
    "Less": "LT",
    "LessOrEqual": "LE",
}

ELEMENTWISE: dict[str, Build] = {
    **{kind: plain(operator) for kind, operator in PLAIN.items()},
    **{kind: stepwise(kind) for kind in ("Ceil", "Floor", "Sign")},
    "Max": lambda step: step.call("Max", alike(step)),
    "Min": lambda step: step.call("Min", alike(step)),
    "Pow": power,
    "Clip": clip,
    "Elu": with_numbers("Elu", alpha="alpha"),
    "Gelu": lambda step: step.call("Gelu", [step.x], fast_gelu=step.settings["approximate"] == "tanh"),
    "HardSigmoid": with_numbers("HardSigmoid", alpha="alpha", beta="beta"),
    "LeakyRelu": with_numbers("LeakyRelu", alpha="alpha"),
    "Selu": with_numbers("Selu", alpha="alpha", scale="gamma"),
    "IsNaN": is_nan,
    "Cast": cast,
    "Where": where,
}

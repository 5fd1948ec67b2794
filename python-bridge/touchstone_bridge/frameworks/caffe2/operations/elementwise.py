"""Element-wise operations and casts."""

from __future__ import annotations

from math import inf, prod

import numpy as np
from caffe2.proto import caffe2_pb2
from caffe2.python import core

from ..builder import Build, Builder, Step, plain, with_numbers

TYPES = {
    "float32": caffe2_pb2.TensorProto.FLOAT,
    "float64": caffe2_pb2.TensorProto.DOUBLE,
    "int32": caffe2_pb2.TensorProto.INT32,
    "int64": caffe2_pb2.TensorProto.INT64,
    "bool": caffe2_pb2.TensorProto.BOOL,
}


def cast_to(builder: Builder, blob: core.BlobReference, kind: str) -> core.BlobReference:
    """Without a gradient: only a cast between floating-point types would have one, and training has one such type."""
    return builder.stopped(builder.operate("Cast", [blob], to=TYPES[kind]))


def expanded(
    builder: Builder, blob: core.BlobReference, shape: tuple[int, ...], target: tuple[int, ...]
) -> core.BlobReference:
    """Broadcast to the target, by NumPy's rules."""
    return (
        blob
        if shape == target
        else builder.operate("Expand", [blob, builder.feed(np.array(target, np.int64))])
    )


def alike(step: Step) -> list[core.BlobReference]:
    """Operands in the shape of the result, for operators that do not broadcast."""
    target = step.result.shape
    return [expanded(step.builder, blob, shape, target) for blob, shape in zip(step.operands, step.shapes)]


def stepwise(operator: str) -> Build:
    """A function whose gradient is zero everywhere."""
    return lambda step: step.builder.stopped(step.call(operator, [step.x]))


def relu(step: Step) -> core.BlobReference:
    """In place where nothing else reads the operand, as in Caffe2's own models."""
    tensor, builder = step.operation.inputs[0], step.builder
    if builder.maker(tensor) not in OVERWRITTEN or builder.is_shared(tensor):
        return step.call("Relu", [step.x])
    builder.net.Relu([step.x], [step.x])
    return step.x


def add(step: Step) -> core.BlobReference:
    """`Sum` where nothing is broadcast: its gradient is that of its result, without an operator."""
    left, right = step.shapes
    is_sum = left == right and step.type == "float32"
    return step.call("Sum" if is_sum else "Add", step.operands)


def multiply(step: Step) -> core.BlobReference:
    """`Scale` by a constant number; the gradient of Mul would be computed for the number too."""
    for x, factor in (step.operation.inputs, step.operation.inputs[::-1]):
        number = step.builder.literal(factor)
        is_number = number is not None and number.size == 1 and step.type == "float32"
        if number is not None and is_number and step.builder.shape(x) == step.result.shape:
            return step.call("Scale", [step.builder.value(x)], scale=float(number.reshape(())))
    return step.call("Mul", step.operands)


def power(step: Step) -> core.BlobReference:
    """A constant exponent of one element is an argument, as a user would write it."""
    exponent = step.builder.literal(step.operation.inputs[1])
    if exponent is not None and exponent.size == 1 and step.shapes[0] == step.result.shape:
        return step.call("Pow", [step.x], exponent=float(exponent.reshape(())))
    return step.call("Pow", alike(step))


def clip(step: Step) -> core.BlobReference:
    """An argument that is left out would be the largest finite number, and infinities would be clipped to it."""
    low, high = step.settings["low"], step.settings["high"]
    bounds = {"min": -inf if low is None else float(low), "max": inf if high is None else float(high)}
    return step.call("Clip", [step.x], **bounds)


def cast(step: Step) -> core.BlobReference:
    """Half precision is converted by operators of its own, from and to float32."""
    builder, x, kind = step.builder, step.x, step.settings["to"]
    if step.type == "float16":
        x = builder.operate("HalfToFloat", [x])
    if kind == "float16":
        return builder.operate("FloatToHalf", [cast_to(builder, x, "float32")])
    return cast_to(builder, x, kind)


def is_nan(step: Step) -> core.BlobReference:
    return cast_to(step.builder, step.call("IsNaN", [step.x]), "bool")


def where(step: Step) -> core.BlobReference:
    """On vectors: `Conditional` chooses whole rows."""
    builder, target = step.builder, step.result.shape
    condition, chosen, other = (builder.reshaped(blob, [prod(target)]) for blob in moved_alike(step))
    if step.carries:
        picked = pick(builder, condition, chosen, other, prod(target))
    else:
        picked = step.call("Conditional", [condition, chosen, other])
    return builder.reshaped(picked, target)


def moved_alike(step: Step) -> list[core.BlobReference]:
    """In the shape of the result. Booleans are expanded as integers, since Expand does not support bool."""
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
    builder: Builder,
    condition: core.BlobReference,
    chosen: core.BlobReference,
    other: core.BlobReference,
    count: int,
) -> core.BlobReference:
    """Elements of two vectors, gathered from their concatenation: `Conditional` has no gradient."""
    otherwise = cast_to(builder, builder.operate("Not", [condition]), "int64")
    behind = builder.operate("Mul", [otherwise, builder.feed(np.array([count], np.int64))])
    positions = builder.operate("Add", [behind, builder.feed(np.arange(count, dtype=np.int64))])
    return builder.taken(builder.joined([chosen, other], 0), positions, 0)


# What these make is a blob of its own, and their gradients do not read it. Those of poolings do.
OVERWRITTEN = frozenset(
    {"Conv", "ConvTranspose", "Gemm", "Add", "BatchNormalization", "TrainingBatchNormalization"}
)

PLAIN = {
    **{kind: kind for kind in ("Abs", "Acos", "Asin", "Atan", "Cos", "Cosh", "Erf", "Exp", "Log", "Mish")},
    **{kind: kind for kind in ("Not", "Reciprocal", "Sigmoid", "Sin", "Sinh", "Softsign", "Sqrt")},
    **{kind: kind for kind in ("Tan", "Tanh", "Swish", "Sub", "Div", "And", "Or", "Xor")},
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
    "Relu": relu,
    "Add": add,
    "Mul": multiply,
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

"""Every operator but the LSTM as Caffe2's own, in its own layout, channels first."""

from __future__ import annotations

from typing import Any, Callable, Dict, Sequence

import numpy as np

from ...artefact import Array, Node
from ...lowering.attributes import integer, integers, number, refuse
from ...lowering.window import Window
from .builder import Builder

Lower = Callable[[Builder, Node], None]
LOWEST = float(np.finfo(np.float32).min)
SOFTMAX_ALONG_ONE_AXIS = 13


def same(value: Array) -> Array:
    return value


def arguments_of(builder: Builder, node: Node, kernel: Sequence[int]) -> Dict[str, Any]:
    """The sliding window as Caffe2's arguments. Pads are top, left, bottom, right, as ONNX has them."""
    refuse(node, unless=len(kernel) == 2, because=f"over {len(kernel)} spatial axes")
    window = Window(node, kernel, builder.shape(node.inputs[0])[2:])
    return {
        "kernels": list(window.kernel),
        "strides": list(window.strides),
        "pads": [*window.begin, *window.end],
        "dilations": list(window.dilations),
    }


def conv(builder: Builder, node: Node) -> None:
    weight = builder.constant(node, 1)
    arguments = arguments_of(builder, node, weight.shape[2:])
    operands = [builder.value(node.inputs[0]), builder.weight(node, 1, same, same)]
    if builder.has_input(node, 2):
        operands.append(builder.weight(node, 2, same, same))
    builder.apply(node, "Conv", operands, group=integer(node, "group", 1), order="NCHW", **arguments)


def pool(operator: str) -> Lower:
    """MaxPool or AveragePool."""

    def lower(builder: Builder, node: Node) -> None:
        arguments = arguments_of(builder, node, integers(node, "kernel_shape", ()))
        refuse(node, unless=set(arguments.pop("dilations")) == {1}, because="with dilations")
        refuse(node, unless=not integer(node, "ceil_mode", 0), because="with ceil_mode 1")
        refuse(
            node, unless=len([name for name in node.outputs if name]) == 1, because="with its second output"
        )
        padded = any(arguments["pads"])
        average = operator == "AveragePool"
        # Its gradient gives every one of tied maxima the whole gradient.
        refuse(node, unless=average or not builder.training, because="in training")
        refuse(node, unless=not (padded and average), because="with pads")
        builder.apply(node, operator, [builder.value(node.inputs[0])], order="NCHW", **arguments)

    return lower


def global_pool(operator: str) -> Lower:
    return lambda builder, node: builder.apply(
        node, operator, [builder.value(node.inputs[0])], global_pooling=True, order="NCHW"
    )


def gemm(builder: Builder, node: Node) -> None:
    refuse(node, unless=not integer(node, "transA", 0), because="with transA 1")
    transposed = bool(integer(node, "transB", 0))
    alpha, beta = number(node, "alpha", 1.0), number(node, "beta", 1.0)
    for position, factor in ((1, alpha), (2, beta)):
        given = builder.has_input(node, position)
        folded = given and factor != 1 and builder.is_trained(node.inputs[position])
        refuse(node, unless=not folded, because=f"in training with a factor of {factor}")
    units = builder.constant(node, 1).shape[0 if transposed else 1]

    def turn(value: Array) -> Array:
        return value if transposed else value.T

    weight = builder.weight(node, 1, lambda value: turn(value) * np.float32(alpha), turn)
    bias = gemm_bias(builder, node, units, beta)
    builder.apply(node, "FC", [builder.value(node.inputs[0]), weight, bias])


def gemm_bias(builder: Builder, node: Node, units: int, beta: float) -> str:
    """C as the row that Caffe2's layer always adds; zeros where there is none."""
    if not builder.has_input(node, 2):
        return builder.feed(np.zeros(units, np.float32))
    shape = builder.constant(node, 2).shape
    refuse(node, unless=len(shape) == 1 or shape[:1] == (1,), because=f"with C of shape {shape}")
    trained = builder.is_trained(node.inputs[2])
    refuse(node, unless=shape[-1] == units or not trained, because=f"in training with C of shape {shape}")
    return builder.weight(
        node,
        2,
        lambda value: np.broadcast_to(value.reshape(-1), (units,)) * np.float32(beta),
        lambda value: value.reshape(shape),
    )


def matmul(builder: Builder, node: Node) -> None:
    """By a constant matrix, over the last axis, whatever comes before it."""
    weight = builder.constant(node, 1)
    refuse(node, unless=weight.ndim == 2, because=f"with a constant of {weight.ndim} axes")
    operands = [
        builder.value(node.inputs[0]),
        builder.weight(node, 1, np.transpose, np.transpose),
        builder.feed(np.zeros(weight.shape[1], np.float32)),
    ]
    builder.apply(node, "FC", operands, axis=len(builder.shape(node.inputs[0])) - 1)


def batch_normalisation(builder: Builder, node: Node) -> None:
    """With its running statistics; ONNX files say nothing of how training should update them."""
    refuse(node, unless=not builder.training, because="in training")
    refuse(node, unless=integer(node, "training_mode", 0) == 0, because="with training_mode 1")
    refuse(node, unless=integer(node, "spatial", 1) == 1, because="with spatial 0")
    statistics = [builder.feed(builder.constant(node, position)) for position in range(1, 5)]
    operands = [builder.value(node.inputs[0]), *statistics]
    builder.apply(node, "SpatialBN", operands, is_test=1, epsilon=number(node, "epsilon", 1e-5), order="NCHW")


def softmax(builder: Builder, node: Node) -> None:
    """Caffe2's takes the axes from `axis` on together, as ONNX did until operator set 13."""
    rank = len(builder.shape(node.inputs[0]))
    one_axis = builder.graph.opset >= SOFTMAX_ALONG_ONE_AXIS
    axis = integer(node, "axis", -1 if one_axis else 1) % rank
    refuse(node, unless=axis == rank - 1 or not one_axis, because=f"with axis {axis} of {rank}")
    builder.apply(node, "Softmax", [builder.value(node.inputs[0])], axis=axis)


def clip(builder: Builder, node: Node) -> None:
    """Bounds are attributes before operator set 11 and inputs since."""
    low, high = number(node, "min", LOWEST), number(node, "max", -LOWEST)
    if builder.has_input(node, 1):
        low = float(builder.constant(node, 1).reshape(-1)[0])
    if builder.has_input(node, 2):
        high = float(builder.constant(node, 2).reshape(-1)[0])
    builder.apply(node, "Clip", [builder.value(node.inputs[0])], min=low, max=high)


def reshape(builder: Builder, node: Node) -> None:
    """Flatten, Reshape, Squeeze and Unsqueeze: all only rename the axes of the same row-major data."""
    shape = list(builder.shape(node.outputs[0]))
    builder.apply(node, "Reshape", [builder.value(node.inputs[0])], outputs=2, shape=shape)


def transpose(builder: Builder, node: Node) -> None:
    backwards = list(reversed(range(len(builder.shape(node.inputs[0])))))
    axes = list(integers(node, "perm", backwards))
    builder.apply(node, "Transpose", [builder.value(node.inputs[0])], axes=axes)


def concat(builder: Builder, node: Node) -> None:
    axis = integer(node, "axis", 0) % len(builder.shape(node.inputs[0]))
    builder.apply(node, "Concat", [builder.value(name) for name in node.inputs], outputs=2, axis=axis)


def identity(builder: Builder, node: Node) -> None:
    refuse(node, unless=node.operator == "Identity" or not builder.training, because="in training")
    builder.define(node.outputs[0], builder.value(node.inputs[0]))


def unary(operator: str, **defaults: float) -> Lower:
    """An operator of one input; `defaults` are attributes that both sides call the same."""

    def lower(builder: Builder, node: Node) -> None:
        arguments = {name: number(node, name, default) for name, default in defaults.items()}
        builder.apply(node, operator, [builder.value(node.inputs[0])], **arguments)

    return lower


def binary(operator: str) -> Lower:
    return lambda builder, node: builder.apply(node, operator, [builder.value(name) for name in node.inputs])


OPERATORS: Dict[str, Lower] = {
    "Conv": conv,
    "MaxPool": pool("MaxPool"),
    "AveragePool": pool("AveragePool"),
    "GlobalAveragePool": global_pool("AveragePool"),
    "GlobalMaxPool": global_pool("MaxPool"),
    "Gemm": gemm,
    "MatMul": matmul,
    "BatchNormalization": batch_normalisation,
    "Softmax": softmax,
    "Relu": unary("Relu"),
    "Sigmoid": unary("Sigmoid"),
    "Tanh": unary("Tanh"),
    "LeakyRelu": unary("LeakyRelu", alpha=0.01),
    "Elu": unary("Elu", alpha=1.0),
    "Exp": unary("Exp"),
    "Log": unary("Log"),
    "Sqrt": unary("Sqrt"),
    "Neg": unary("Negative"),
    "Abs": unary("Abs"),
    "Add": binary("Add"),
    "Sub": binary("Sub"),
    "Mul": binary("Mul"),
    "Div": binary("Div"),
    "Clip": clip,
    "Identity": identity,
    "Dropout": identity,
    "Flatten": reshape,
    "Reshape": reshape,
    "Squeeze": reshape,
    "Unsqueeze": reshape,
    "Transpose": transpose,
    "Concat": concat,
}

"""Convolution and pooling over one, two or three spatial axes; pads may differ between the two sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from caffe2.python import core

from ...artefact import Node
from ...lowering.attributes import integer, integers, refuse
from ...lowering.transposed import plain_transposed
from ...lowering.window import Window
from . import onednn
from .builder import Builder
from .net_builder import NetBuilder, as_is


def reaching_end(window: Window, inputs: Sequence[int], outputs: Sequence[int]) -> tuple[int, ...]:
    """The end pads that give so many positions, which is what a rounding up of their number comes to."""
    return tuple(
        max((positions - 1) * stride + kernel - extent - begin, 0)
        for positions, stride, kernel, extent, begin in zip(
            outputs, window.strides, window.kernel, inputs, window.begin
        )
    )


def arguments(window: Window) -> dict[str, Any]:
    """As Caffe2's operators take them; pads are begins, then ends, as ONNX's."""
    pads = [*window.begin, *window.end]
    return {"kernels": list(window.kernel), "strides": list(window.strides), "pads": pads}


def conv(builder: Builder, node: Node) -> None:
    spatial_axes(builder, node)
    weight = builder.constant(node, 1)
    window = Window(node, weight.shape[2:], builder.shape(node.inputs[0])[2:])
    operands = [builder.value(node.inputs[0]), builder.parameter(node.inputs[1], weight, as_is)]
    if builder.has_input(node, 2):
        operands.append(builder.parameter(node.inputs[2], builder.constant(node, 2), as_is))
    result = builder.operate(
        "Conv",
        operands,
        dilations=list(window.dilations),
        group=integer(node, "group", 1),
        order="NCHW",
        **arguments(window),
    )
    builder.define(node.outputs[0], result)


def conv_transpose(builder: Builder, node: Node) -> None:
    """Its `adjs` are ONNX's `output_padding`."""
    plain_transposed(node)
    weight = builder.constant(node, 1)
    axes = weight.ndim - 2
    refuse(node, unless=axes == 2, because=f"over {axes} spatial axes")
    operands = [builder.value(node.inputs[0]), builder.parameter(node.inputs[1], weight, as_is)]
    if builder.has_input(node, 2):
        operands.append(builder.parameter(node.inputs[2], builder.constant(node, 2), as_is))
    result = builder.operate(
        "ConvTranspose",
        operands,
        kernels=list(weight.shape[2:]),
        strides=list(integers(node, "strides", [1] * axes)),
        pads=list(integers(node, "pads", [0] * (2 * axes))),
        adjs=list(integers(node, "output_padding", [0] * axes)),
        group=integer(node, "group", 1),
        order="NCHW",
    )
    builder.define(node.outputs[0], result)


def pool(operator: str) -> Callable[[Builder, Node], None]:
    """MaxPool or AveragePool. Neither pad takes part in a maximum, nor in an average that does not count it."""

    def lower(builder: Builder, node: Node) -> None:
        spatial_axes(builder, node)
        refuse(
            node, unless=len(node.outputs) == 1 or node.outputs[1] == "", because="with its Indices output"
        )
        inputs, outputs = (builder.shape(name)[2:] for name in (node.inputs[0], node.outputs[0]))
        window = Window(node, integers(node, "kernel_shape", ()), inputs)
        refuse(node, unless=set(window.dilations) == {1}, because="with dilations")
        pairs = zip(window.begin + window.end, window.kernel * 2)
        refuse(
            node, unless=all(pad < kernel for pad, kernel in pairs), because="with pads as wide as the kernel"
        )
        counted = bool(integer(node, "count_include_pad", 0))
        if integer(node, "ceil_mode", 0):
            refuse(node, unless=not counted, because="with ceil_mode 1 and count_include_pad 1")
            window.end = reaching_end(window, inputs, outputs)
        extra = {"count_include_pad": int(counted)} if operator == "AveragePool" else {}
        add_pool(builder, node, operator, {**arguments(window), **extra})

    return lower


def global_pool(operator: str) -> Callable[[Builder, Node], None]:
    """The same operators over all spatial axes at once."""

    def lower(builder: Builder, node: Node) -> None:
        spatial_axes(builder, node)
        learning = operator == "MaxPool" and builder.training
        refuse(node, unless=not learning, because="in training")
        add_pool(builder, node, operator, {"global_pooling": 1})

    return lower


def add_pool(builder: Builder, node: Node, operator: str, arguments: Mapping[str, Any]) -> None:
    """On the CPU; but maxima through which a gradient goes are oneDNN's."""
    operand = builder.value(node.inputs[0])
    if operator == "AveragePool" or not builder.training:
        builder.define(node.outputs[0], builder.operate(operator, [operand], order="NCHW", **arguments))
        return
    shapes = [builder.shape(name)[2:] for name in (node.inputs[0], node.outputs[0])]
    plane = len(shapes[0]) == 2
    refuse(node, unless=plane, because="in training, over other than 2 spatial axes")
    # Its gradient is wrong for some of these: the layout of an image so thin is ambiguous to it.
    wide = all(extent > 1 for shape in shapes for extent in shape)
    refuse(node, unless=wide, because="in training, from or to a single row or column")
    is_shared = builder.only_consumer(node.inputs[0]) is None
    builder.define(node.outputs[0], learning_maximum(builder, operand, arguments, is_shared))


def learning_maximum(
    builder: NetBuilder, operand: core.BlobReference, arguments: Mapping[str, Any], is_shared: bool
) -> core.BlobReference:
    """oneDNN's, whose gradient goes to one of several equal values.

    What others read too is copied on the CPU first: Caffe2 does not add up gradients from two devices.
    """
    operand = builder.operate("Copy", [operand]) if is_shared else operand
    with core.DeviceScope(onednn.DEVICE):
        inside = onednn.copy(builder, onednn.ENTER, operand)
        pooled = builder.operate("MaxPool", [inside], order="NCHW", **arguments)
        return onednn.copy(builder, onednn.LEAVE, pooled)


def spatial_axes(builder: Builder, node: Node) -> None:
    axes = builder.rank(node.inputs[0]) - 2
    refuse(node, unless=1 <= axes <= 3, because=f"over {axes} spatial axes")


OPERATORS: dict[str, Callable[[Builder, Node], None]] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": pool("MaxPool"),
    "AveragePool": pool("AveragePool"),
    "GlobalAveragePool": global_pool("AveragePool"),
    "GlobalMaxPool": global_pool("MaxPool"),
}

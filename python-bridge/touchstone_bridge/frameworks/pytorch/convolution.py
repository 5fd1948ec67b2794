"""Convolution and pooling over one, two or three spatial axes."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as functional
from torch import fx, nn

from ...artefact import Node
from ...errors import UnsupportedError
from ...lowering.attributes import integer, integers, refuse
from ...lowering.window import Window
from .builder import Builder, as_is

CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
MAX_POOLS = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}
AVERAGE_POOLS = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}
GLOBAL_AVERAGES = {
    1: functional.adaptive_avg_pool1d,
    2: functional.adaptive_avg_pool2d,
    3: functional.adaptive_avg_pool3d,
}
GLOBAL_MAXIMA = {
    1: functional.adaptive_max_pool1d,
    2: functional.adaptive_max_pool2d,
    3: functional.adaptive_max_pool3d,
}


def pad(window: Window, builder: Builder, value: fx.Node, fill: float) -> fx.Node:
    """Pads explicitly; `functional.pad` wants (begin, end) of the last axis first."""
    pairs = [edge for pair in zip(reversed(window.begin), reversed(window.end)) for edge in pair]
    return builder.call(functional.pad, value, tuple(pairs), "constant", fill)


def uniform(values: Sequence[int]) -> int | tuple[int, ...]:
    """One number where all axes agree, as one writes it by hand."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def conv(builder: Builder, node: Node) -> None:
    weight = builder.constant(node, 1)
    window = Window(node, weight.shape[2:], builder.shape(node.inputs[0])[2:])
    groups = integer(node, "group", 1)
    has_bias = builder.has_input(node, 2)
    layer = spatial(CONVOLUTIONS, node, weight.dim() - 2)(
        weight.shape[1] * groups,
        weight.shape[0],
        uniform(window.kernel),
        stride=uniform(window.strides),
        padding=uniform(window.begin) if window.symmetric() else 0,
        dilation=uniform(window.dilations),
        groups=groups,
        bias=has_bias,
        device="meta",
    )
    layer.weight = builder.parameter(node, 1, weight, as_is)
    if has_bias:
        layer.bias = builder.parameter(node, 2, builder.constant(node, 2), as_is)
    operand = builder.value(node.inputs[0])
    if not window.symmetric():
        operand = pad(window, builder, operand, 0.0)
    builder.define(node.outputs[0], builder.layer(layer, operand))


def max_pool(builder: Builder, node: Node) -> None:
    refuse(node, unless=len(node.outputs) == 1 or node.outputs[1] == "", because="with its Indices output")
    window = Window(node, integers(node, "kernel_shape", ()), builder.shape(node.inputs[0])[2:])
    operand = builder.value(node.inputs[0])
    padding: int | tuple[int, ...] = uniform(window.begin)
    # PyTorch pads by at most half the kernel; what it cannot do is padded with what no maximum chooses.
    if not window.symmetric() or any(2 * pad > kernel for pad, kernel in zip(window.begin, window.kernel)):
        operand, padding = pad(window, builder, operand, float("-inf")), 0
    pooled = builder.call(
        spatial(MAX_POOLS, node, len(window.kernel)),
        operand,
        uniform(window.kernel),
        uniform(window.strides),
        padding,
        uniform(window.dilations),
        bool(integer(node, "ceil_mode", 0)),
    )
    builder.define(node.outputs[0], pooled)


def average_pool(builder: Builder, node: Node) -> None:
    window = Window(node, integers(node, "kernel_shape", ()), builder.shape(node.inputs[0])[2:])
    count_pads = bool(integer(node, "count_include_pad", 0)) or not any(window.begin + window.end)
    ceil = bool(integer(node, "ceil_mode", 0))
    refuse(node, unless=set(window.dilations) == {1}, because="with dilations")
    operand = builder.value(node.inputs[0])
    padding: int | tuple[int, ...] = uniform(window.begin)
    if not window.symmetric() or any(2 * pad > kernel for pad, kernel in zip(window.begin, window.kernel)):
        refuse(node, unless=count_pads, because="with asymmetric pads and count_include_pad 0")
        operand, padding = pad(window, builder, operand, 0.0), 0
    pooled = builder.call(
        spatial(AVERAGE_POOLS, node, len(window.kernel)),
        operand,
        uniform(window.kernel),
        uniform(window.strides),
        padding,
        ceil,
        count_pads,
    )
    builder.define(node.outputs[0], pooled)


def global_average_pool(builder: Builder, node: Node) -> None:
    function = spatial(GLOBAL_AVERAGES, node, builder.rank(node.inputs[0]) - 2)
    builder.define(node.outputs[0], builder.call(function, builder.value(node.inputs[0]), 1))


def global_max_pool(builder: Builder, node: Node) -> None:
    function = spatial(GLOBAL_MAXIMA, node, builder.rank(node.inputs[0]) - 2)
    builder.define(node.outputs[0], builder.call(function, builder.value(node.inputs[0]), 1))


def spatial(table, node: Node, axes: int):  # type: ignore[no-untyped-def]
    """The entry for a number of spatial axes."""
    if axes not in table:
        raise UnsupportedError(f"{node.operator} over {axes} spatial axes")
    return table[axes]


OPERATORS = {
    "Conv": conv,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": global_average_pool,
    "GlobalMaxPool": global_max_pool,
}

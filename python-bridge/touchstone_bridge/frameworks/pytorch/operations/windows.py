"""Convolutions, poolings and resizing, channels first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch.nn.functional as functional
from torch import fx, nn

from ..builder import Build, Step
from .pads import PerAxis, befores, is_symmetric, lowest, padded, uniform

# By the number of spatial axes.
CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
CONVOLUTION_FUNCTIONS = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED_CONVOLUTIONS = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
TRANSPOSED_FUNCTIONS = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}
MAX_POOLS = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}
AVERAGE_POOLS = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def convolution(step: Step) -> fx.Node:
    pads = step.settings["pads"]
    x = step.x if is_symmetric(pads) else padded(step, pads, 0)
    options = {**filters(step), "padding": befores(pads) if is_symmetric(pads) else 0}
    first, second, *_ = step.builder.shape(step.inputs[1])
    channels = (second * step.settings["group"], first)
    return convolved(step, x, CONVOLUTIONS, CONVOLUTION_FUNCTIONS, channels, options)


def transposed_convolution(step: Step) -> fx.Node:
    """The capabilities allow only pads that are equal on both sides."""
    output_padding = uniform(step.settings["outputPadding"])
    options = {**filters(step), "padding": befores(step.settings["pads"]), "output_padding": output_padding}
    first, second, *_ = step.builder.shape(step.inputs[1])
    channels = (first, second * step.settings["group"])
    return convolved(step, step.x, TRANSPOSED_CONVOLUTIONS, TRANSPOSED_FUNCTIONS, channels, options)


def filters(step: Step) -> dict[str, Any]:
    settings = step.settings
    return {
        "stride": uniform(settings["strides"]),
        "dilation": uniform(settings["dilations"]),
        "groups": settings["group"],
    }


def convolved(
    step: Step,
    x: fx.Node,
    layers: Mapping[int, Callable[..., Any]],
    functions: Mapping[int, Callable[..., Any]],
    channels: tuple[int, int],
    options: Mapping[str, Any],
) -> fx.Node:
    """A layer that has the filters and the bias as its own; a function where they are computed."""
    builder, (_, weight, *bias) = step.builder, step.inputs
    kernel = builder.shape(weight)[2:]
    if not builder.is_constant(weight, *bias):
        given = builder.value(bias[0]) if bias else None
        return step.call(functions[len(kernel)], x, builder.value(weight), given, **options)
    layer = layers[len(kernel)](*channels, uniform(kernel), bias=bool(bias), device="meta", **options)
    layer.weight = builder.parameter(weight)
    if bias:
        layer.bias = builder.parameter(bias[0])
    return builder.layer(layer, x)


def max_pool(step: Step) -> fx.Node:
    x, padding = pooling_input(step, lowest(step.type))
    return pooled(step, MAX_POOLS, x, padding, dilation=uniform(step.settings["dilations"]))


def average_pool(step: Step) -> fx.Node:
    """The capabilities allow pads that do not count only where the pooling can make them itself."""
    x, padding = pooling_input(step, 0.0)
    return pooled(step, AVERAGE_POOLS, x, padding, count_include_pad=step.settings["countPads"])


def pooling_input(step: Step, fill: float | int) -> tuple[fx.Node, PerAxis]:
    """What is pooled, and the pads left to the pooling: it takes equal ones of at most half the kernel."""
    pads, kernel = step.settings["pads"], step.settings["kernel"]
    if is_symmetric(pads) and all(2 * before <= extent for (before, _), extent in zip(pads, kernel)):
        return step.x, befores(pads)
    return padded(step, pads, fill), 0


def pooled(
    step: Step,
    functions: Mapping[int, Callable[..., Any]],
    x: fx.Node,
    padding: PerAxis,
    **options: Any,
) -> fx.Node:
    kernel, strides = step.settings["kernel"], step.settings["strides"]
    return step.call(functions[len(kernel)], x, uniform(kernel), uniform(strides), padding, **options)


def resize(step: Step) -> fx.Node:
    """The capabilities allow only what `interpolate` computes as ONNX does."""
    settings = step.settings
    sizes = tuple(settings["sizes"])
    if settings["mode"] == "nearest":
        mode = "nearest" if settings["coordinates"] == "asymmetric" else "nearest-exact"
        return step.call(functional.interpolate, step.x, size=sizes, mode=mode)
    mode = "bicubic" if settings["mode"] == "cubic" else LINEAR[len(sizes)]
    corners = settings["coordinates"] == "align_corners"
    return step.call(functional.interpolate, step.x, size=sizes, mode=mode, align_corners=corners)


WINDOWS: dict[str, Build] = {
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "Resize": resize,
}

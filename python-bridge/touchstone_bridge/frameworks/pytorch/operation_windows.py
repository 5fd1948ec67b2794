"""Convolutions, poolings and resizing, channels first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch.nn.functional as functional
from torch import fx

from .convolution import AVERAGE_POOLS, MAX_POOLS, uniform
from .operation_builder import Build, Step
from .operation_shapes import flat, least

CONVOLUTIONS = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED_CONVOLUTIONS = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def befores(pads: Sequence[Sequence[int]]) -> int | tuple[int, ...]:
    return uniform([before for before, _ in pads])


def is_symmetric(pads: Sequence[Sequence[int]]) -> bool:
    return all(before == behind for before, behind in pads)


def convolution(step: Step) -> fx.Node:
    settings, (x, filters, *bias) = step.settings, step.operands
    pads = settings["pads"]
    if not is_symmetric(pads):
        x = step.call(functional.pad, x, flat(pads))
    return step.call(
        CONVOLUTIONS[len(pads)],
        x,
        filters,
        bias[0] if bias else None,
        stride=uniform(settings["strides"]),
        padding=befores(pads) if is_symmetric(pads) else 0,
        dilation=uniform(settings["dilations"]),
        groups=settings["group"],
    )


def transposed_convolution(step: Step) -> fx.Node:
    """The backend's capabilities let through pads that are alike on both sides."""
    settings, (x, filters, *bias) = step.settings, step.operands
    return step.call(
        TRANSPOSED_CONVOLUTIONS[len(settings["pads"])],
        x,
        filters,
        bias[0] if bias else None,
        stride=uniform(settings["strides"]),
        padding=befores(settings["pads"]),
        output_padding=uniform(settings["outputPadding"]),
        groups=settings["group"],
        dilation=uniform(settings["dilations"]),
    )


def padded(step: Step, fill: float) -> tuple[fx.Node, int | tuple[int, ...]]:
    """What is pooled, and the pads that are left to the pooling: alike on both sides, and at most half the kernel."""
    pads, kernel = step.settings["pads"], step.settings["kernel"]
    if is_symmetric(pads) and all(2 * before <= extent for (before, _), extent in zip(pads, kernel)):
        return step.x, befores(pads)
    return step.call(functional.pad, step.x, flat(pads), "constant", fill), 0


def max_pool(step: Step) -> fx.Node:
    x, padding = padded(step, least(step.type))
    return pooled(step, MAX_POOLS, x, padding, dilation=uniform(step.settings["dilations"]))


def average_pool(step: Step) -> fx.Node:
    """Pads that do not count are such as the pooling has itself; the capabilities let through no others."""
    x, padding = padded(step, 0.0)
    return pooled(step, AVERAGE_POOLS, x, padding, count_include_pad=step.settings["countPads"])


def pooled(
    step: Step,
    functions: Mapping[int, Callable[..., Any]],
    x: fx.Node,
    padding: int | tuple[int, ...],
    **options: Any,
) -> fx.Node:
    kernel, strides = step.settings["kernel"], step.settings["strides"]
    return step.call(functions[len(kernel)], x, uniform(kernel), uniform(strides), padding, **options)


def resize(step: Step) -> fx.Node:
    """The backend's capabilities let through what means the same here."""
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

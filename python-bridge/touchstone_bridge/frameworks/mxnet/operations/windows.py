"""Convolutions, poolings and resizing, channels first."""

from __future__ import annotations

from typing import Any, Dict

from mxnet import symbol

from ..builder import Build, Step, Symbol, legacy

np, npx = symbol.np, symbol.npx


def window(step: Step) -> Dict[str, Any]:
    """The capabilities allow only pads that are equal on both sides."""
    settings = step.settings
    return {"stride": tuple(settings["strides"]), "pad": tuple(before for before, _ in settings["pads"])}


def filters(step: Step) -> Dict[str, Any]:
    settings = step.settings
    return {
        **window(step),
        "dilate": tuple(settings["dilations"]),
        "num_group": settings["group"],
        "no_bias": len(step.inputs) == 2,
    }


def convolution(step: Step) -> Symbol:
    shape = step.shapes[1]
    return npx.convolution(*step.operands, kernel=shape[2:], num_filter=shape[0], **filters(step))


def transposed_convolution(step: Step) -> Symbol:
    settings, shape = step.settings, step.shapes[1]
    return npx.deconvolution(
        *step.operands,
        kernel=shape[2:],
        num_filter=shape[1] * settings["group"],
        adj=tuple(settings["outputPadding"]),
        **filters(step),
    )


def max_pool(step: Step) -> Symbol:
    return npx.pooling(step.x, kernel=tuple(step.settings["kernel"]), pool_type="max", **window(step))


def average_pool(step: Step) -> Symbol:
    kernel, counts = tuple(step.settings["kernel"]), step.settings["countPads"]
    return npx.pooling(step.x, kernel=kernel, pool_type="avg", count_include_pad=counts, **window(step))


def resize(step: Step) -> Symbol:
    """Over two axes between the centres of the elements, or between those of the corners."""
    height, width = step.settings["sizes"]
    corners = step.settings["coordinates"] == "align_corners"
    return legacy(symbol.contrib.BilinearResize2D, step.x, height=height, width=width, align_corners=corners)


WINDOWS: Dict[str, Build] = {
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "Resize": resize,
}

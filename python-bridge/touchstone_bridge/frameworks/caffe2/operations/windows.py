"""Convolution, pooling and resizing over spatial axes; pads may differ between the two sides of an axis."""

from __future__ import annotations

from typing import Any

from caffe2.python import core

from .. import onednn
from ..builder import Build, Step


def sides(pads: Any) -> list[int]:
    """Begins, then ends, as Caffe2 takes pads."""
    return [before for before, _ in pads] + [behind for _, behind in pads]


def conv(step: Step) -> core.BlobReference:
    return convolved(step, "Conv", dilations=list(step.settings["dilations"]))


def conv_transpose(step: Step) -> core.BlobReference:
    return convolved(step, "ConvTranspose", adjs=list(step.settings["outputPadding"]))


def convolved(step: Step, operator: str, **own: Any) -> core.BlobReference:
    settings = step.settings
    return step.call(
        operator,
        step.operands,
        kernels=list(step.shapes[1][2:]),
        strides=list(settings["strides"]),
        pads=sides(settings["pads"]),
        group=settings["group"],
        order="NCHW",
        **own,
    )


def window(step: Step) -> dict[str, Any]:
    settings = step.settings
    return {
        "kernels": list(settings["kernel"]),
        "strides": list(settings["strides"]),
        "pads": sides(settings["pads"]),
    }


def max_pool(step: Step) -> core.BlobReference:
    """On the CPU, but where a gradient flows back oneDNN's: its gradient goes to one of tied maxima.

    What others read too is copied on the CPU first, since Caffe2 does not add up gradients of two devices.
    """
    if not step.carries:
        return step.call("MaxPool", [step.x], order="NCHW", **window(step))
    is_shared = step.builder.is_shared(step.operation.inputs[0])
    x = step.call("Copy", [step.x]) if is_shared else step.x
    with core.DeviceScope(onednn.DEVICE):
        inside = onednn.copy(step.builder, onednn.ENTER, x)
        pooled = step.call("MaxPool", [inside], order="NCHW", **window(step))
        return onednn.copy(step.builder, onednn.LEAVE, pooled)


def average_pool(step: Step) -> core.BlobReference:
    counted = int(step.settings["countPads"])
    return step.call("AveragePool", [step.x], order="NCHW", count_include_pad=counted, **window(step))


def resize(step: Step) -> core.BlobReference:
    """Over two spatial axes; the capabilities admit only sizes for which it picks the elements that ONNX picks."""
    operator = "ResizeNearest" if step.settings["mode"] == "nearest" else "UpsampleBilinear"
    height, width = (to / extent for to, extent in zip(step.settings["sizes"], step.shapes[0][2:]))
    return step.call(operator, [step.x], height_scale=height, width_scale=width, order="NCHW")


WINDOWS: dict[str, Build] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "Resize": resize,
}

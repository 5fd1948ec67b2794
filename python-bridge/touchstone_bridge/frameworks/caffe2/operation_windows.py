"""Operations over windows, and pictures of other sizes."""

from __future__ import annotations

from typing import Any

from caffe2.python import core

from .convolution import learning_maximum
from .operation_builder import Build, Step


def sides(pads: Any) -> list[int]:
    """Begins, then ends, of pairs."""
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
    if step.carries:
        is_shared = step.builder.is_shared(step.operation.inputs[0])
        return learning_maximum(step.builder, step.x, window(step), is_shared)
    return step.call("MaxPool", [step.x], order="NCHW", **window(step))


def average_pool(step: Step) -> core.BlobReference:
    counted = int(step.settings["countPads"])
    return step.call("AveragePool", [step.x], order="NCHW", count_include_pad=counted, **window(step))


def resize(step: Step) -> core.BlobReference:
    """Of two spatial axes; the capabilities let through those alone that come out as ONNX's."""
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

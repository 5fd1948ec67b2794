"""Convolutions, poolings and resizing, channels last.

`adapters/tensorflow/windows.ts` lets through only what these calls can do.
"""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Sequence

import tensorflow as tf

from .call import Call, Settings, Tensor

CONVOLUTIONS = {1: tf.nn.conv1d, 2: tf.nn.conv2d, 3: tf.nn.conv3d}
TRANSPOSED = {1: tf.nn.conv1d_transpose, 2: tf.nn.conv2d_transpose, 3: tf.nn.conv3d_transpose}
MAXIMA = {1: tf.nn.max_pool1d, 2: tf.nn.max_pool2d, 3: tf.nn.max_pool3d}
AVERAGES = {1: tf.nn.avg_pool1d, 2: tf.nn.avg_pool2d, 3: tf.nn.avg_pool3d}


def padding_of(settings: Settings, extents: Sequence[int], kernel: Sequence[int]) -> Any:
    """TensorFlow's word for the pads, or for images the pads themselves.

    @param extents: of what the windows go over
    """
    pads = [tuple(pair) for pair in settings["pads"]]
    if not any(map(any, pads)):
        return "VALID"
    same = [same_pads(*axis) for axis in zip(extents, kernel, settings["strides"], settings["dilations"])]
    return "SAME" if pads == same else [[0, 0], *map(list, pads), [0, 0]]


def same_pads(extent: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    places = -(-extent // stride)
    whole = max((places - 1) * stride + (kernel - 1) * dilation + 1 - extent, 0)
    return whole // 2, whole - whole // 2


def per_axis(values: Sequence[int]) -> List[int]:
    """Over three axes the native calls want all five."""
    return [1, *values, 1] if len(values) == 3 else list(values)


def convolution(settings: Settings, x: Tensor, filters: Tensor, *bias: Tensor) -> Tensor:
    *kernel, depth, results = filters.shape
    strides, dilations, group = settings["strides"], settings["dilations"], settings["group"]
    padding = padding_of(settings, x.shape[1:-1], kernel)
    if isinstance(padding, list):
        # As `ZeroPadding2D`: gradients of a convolution with pads of its own are slower. Where it is depthwise,
        # Grappler's memory optimiser wants the height of an input of unknown rank, and ends the process
        # (TensorFlow 2.21, tensor_format.h).
        x, padding = tf.pad(x, padding), "VALID"
    if is_depthwise(settings, depth):
        by_channel = tf.reshape(filters, [*kernel, group, results // group])
        y = tf.nn.depthwise_conv2d(x, by_channel, [1, *strides, 1], padding, dilations=dilations)
    else:
        convolve = CONVOLUTIONS[len(kernel)]
        y = convolve(x, filters, per_axis(strides), padding, dilations=per_axis(dilations))
    return tf.nn.bias_add(y, bias[0]) if bias else y


def is_depthwise(settings: Settings, depth: int) -> bool:
    """Convolves each channel of images by itself. That call takes equal strides, and none with dilations."""
    strides, dilations = settings["strides"], settings["dilations"]
    alike = len(set(strides)) == 1 and (strides[0] == 1 or set(dilations) == {1})
    return settings["group"] > 1 and depth == 1 and len(strides) == 2 and alike


def transposed_convolution(settings: Settings, x: Tensor, filters: Tensor, *bias: Tensor) -> Tensor:
    *kernel, results, _ = filters.shape
    windows = zip(x.shape[1:-1], kernel, *(settings[name] for name in ("strides", "dilations", "pads")))
    extents = [
        stride * (extent - 1) + dilation * (own - 1) + 1 - sum(pads) + longer
        for (extent, own, stride, dilation, pads), longer in zip(windows, settings["outputPadding"])
    ]
    y = TRANSPOSED[len(kernel)](
        x,
        filters,
        [x.shape[0], *extents, results],
        settings["strides"],
        padding_of(settings, extents, kernel),
        dilations=settings["dilations"],
    )
    return tf.nn.bias_add(y, bias[0]) if bias else y


def pooling(native: Mapping[int, Callable[..., Any]], kind: str) -> Call:
    def call(settings: Settings, x: Tensor) -> Tensor:
        kernel, strides, dilations = settings["kernel"], settings["strides"], settings["dilations"]
        padding = padding_of(settings, x.shape[1:-1], kernel)
        if any(dilation > 1 for dilation in dilations):
            return tf.nn.pool(x, kernel, kind, strides=strides, padding=padding, dilations=dilations)
        return native[len(kernel)](x, kernel, strides, padding)

    return call


def resize(settings: Settings, x: Tensor) -> Tensor:
    """The operations behind `tf.image.resize`, whose own arguments choose fewer positions."""
    native = tf.raw_ops.ResizeBilinear if settings["mode"] == "linear" else tf.raw_ops.ResizeNearestNeighbor
    return native(
        images=x,
        size=settings["sizes"],
        align_corners=settings["coordinates"] == "align_corners",
        half_pixel_centers="half_pixel" in settings["coordinates"],
    )


WINDOWS: Mapping[str, Call] = {
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "MaxPool": pooling(MAXIMA, "MAX"),
    "AveragePool": pooling(AVERAGES, "AVG"),
    "Resize": resize,
}

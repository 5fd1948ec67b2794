"""Convolutions, poolings and resizing, channels last.

`adapters/keras/windows.ts` lets through only what these calls can do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from .call import Call, Settings, Tensor

CHANNELS_LAST = {"data_format": "channels_last"}


def padding_of(settings: Settings) -> str:
    """Pads that are not none are those that Keras calls `same`."""
    return "same" if any(map(any, settings["pads"])) else "valid"


def is_depthwise(settings: Settings, channels: int) -> bool:
    """Whether each channel is convolved by itself. Strides are equal: Keras on TensorFlow takes the first for both."""
    strides = settings["strides"]
    return settings["group"] == channels > 1 and len(strides) < 3 and len(set(strides)) == 1


def convolution(settings: Settings, x: Tensor, filters: Tensor, *bias: Tensor) -> Tensor:
    options = {
        "strides": tuple(settings["strides"]),
        "padding": padding_of(settings),
        "dilation_rate": tuple(settings["dilations"]),
        **CHANNELS_LAST,
    }
    channels = x.shape[-1]
    if is_depthwise(settings, channels):
        # [kernel, 1, M] with the results of each channel beside each other: Keras's [kernel, channels, multiplier].
        own = ops.reshape(filters, (*filters.shape[:-2], channels, -1))
        y = ops.depthwise_conv(x, own, **options)
    else:
        y = ops.conv(x, filters, **options)
    return y + bias[0] if bias else y


def transposed_convolution(settings: Settings, x: Tensor, filters: Tensor, *bias: Tensor) -> Tensor:
    y = ops.conv_transpose(x, filters, strides=tuple(settings["strides"]), padding="valid", **CHANNELS_LAST)
    return y + bias[0] if bias else y


def pooled(function: Callable[..., Any], settings: Settings, x: Tensor, padding: str) -> Tensor:
    kernel, strides = tuple(settings["kernel"]), tuple(settings["strides"])
    return function(x, kernel, strides=strides, padding=padding, **CHANNELS_LAST)


def max_pool(settings: Settings, x: Tensor) -> Tensor:
    """Pads that Keras has no word for are −∞, which is never the maximum."""
    if is_named(settings, x.shape[1:-1]):
        return pooled(ops.max_pool, settings, x, padding_of(settings))
    padded = ops.pad(x, [(0, 0), *settings["pads"], (0, 0)], constant_values=-np.inf)
    return pooled(ops.max_pool, settings, padded, "valid")


def is_named(settings: Settings, extents: Sequence[int]) -> bool:
    """Whether the pads are none, or what Keras calls `same`.

    @param extents: of what the windows go over
    """
    pads = [tuple(pair) for pair in settings["pads"]]
    axes = zip(extents, settings["kernel"], settings["strides"])
    return not any(map(any, pads)) or pads == [same_pads(*axis) for axis in axes]


def same_pads(extent: int, kernel: int, stride: int) -> tuple[int, int]:
    places = -(-extent // stride)
    total = max((places - 1) * stride + kernel - extent, 0)
    return total // 2, total - total // 2


WINDOWS: Mapping[str, Call] = {
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "MaxPool": max_pool,
    "AveragePool": lambda s, x: pooled(ops.average_pool, s, x, padding_of(s)),
    "Resize": lambda s, x: ops.image.resize(
        x, tuple(s["sizes"]), interpolation="bilinear", antialias=False, **CHANNELS_LAST
    ),
}

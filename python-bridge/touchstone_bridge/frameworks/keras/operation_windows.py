"""Convolutions, poolings and resizing, channels last. Pads are Keras's `same`, or there are none."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from keras import ops

from .operation_call import Call, Settings, Tensor


def padding_of(settings: Settings) -> str:
    return "same" if any(map(any, settings["pads"])) else "valid"


def convolution(settings: Settings, x: Tensor, filters: Tensor, *bias: Tensor) -> Tensor:
    options = {
        "strides": tuple(settings["strides"]),
        "padding": padding_of(settings),
        "data_format": "channels_last",
        "dilation_rate": tuple(settings["dilations"]),
    }
    channels = x.shape[-1]
    # TensorFlow takes the first stride for the second.
    is_even = len(set(settings["strides"])) == 1
    if settings["group"] == channels > 1 and len(settings["strides"]) < 3 and is_even:
        # [kernel, 1, M] with the results of each channel beside each other: Keras's [kernel, channels, multiplier].
        own = ops.reshape(filters, (*filters.shape[:-2], channels, -1))
        y = ops.depthwise_conv(x, own, **options)
    else:
        y = ops.conv(x, filters, **options)
    return y + bias[0] if bias else y


def transposed_convolution(settings: Settings, x: Tensor, filters: Tensor, *bias: Tensor) -> Tensor:
    y = ops.conv_transpose(
        x, filters, strides=tuple(settings["strides"]), padding="valid", data_format="channels_last"
    )
    return y + bias[0] if bias else y


def pooling(function: Callable[..., Any]) -> Call:
    return lambda s, x: function(
        x,
        tuple(s["kernel"]),
        strides=tuple(s["strides"]),
        padding=padding_of(s),
        data_format="channels_last",
    )


WINDOWS: Mapping[str, Call] = {
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "MaxPool": pooling(ops.max_pool),
    "AveragePool": pooling(ops.average_pool),
    "Resize": lambda s, x: ops.image.resize(
        x, tuple(s["sizes"]), interpolation="bilinear", antialias=False, data_format="channels_last"
    ),
}

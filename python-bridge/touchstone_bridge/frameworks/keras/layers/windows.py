"""Convolutions and poolings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Optional

import keras

from ..builder import Apply, Choose, Step
from ..operations.windows import is_depthwise, is_named, padding_of
from .activations import activation_of

# By the number of spatial axes.
CONVOLUTIONS = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}
DEPTHWISE = {1: keras.layers.DepthwiseConv1D, 2: keras.layers.DepthwiseConv2D}
TRANSPOSED = {
    1: keras.layers.Conv1DTranspose,
    2: keras.layers.Conv2DTranspose,
    3: keras.layers.Conv3DTranspose,
}
MAXIMA = {1: keras.layers.MaxPooling1D, 2: keras.layers.MaxPooling2D, 3: keras.layers.MaxPooling3D}
AVERAGES = {
    1: keras.layers.AveragePooling1D,
    2: keras.layers.AveragePooling2D,
    3: keras.layers.AveragePooling3D,
}
ZEROS = {"kernel_initializer": "zeros", "bias_initializer": "zeros"}


def convolution(step: Step) -> Optional[Apply]:
    settings, (_, filters, *bias) = step.settings, step.inputs
    depthwise = is_depthwise(settings, step.shape[-1])
    is_both = max(settings["strides"]) > 1 and max(settings["dilations"]) > 1
    # A convolution layer has either strides or dilations.
    if (is_both and not depthwise) or not step.builder.owns(filters, *bias):
        return None
    *kernel, _, results = step.builder.shape(filters)
    options = {
        "strides": tuple(settings["strides"]),
        "padding": padding_of(settings),
        "dilation_rate": tuple(settings["dilations"]),
        "activation": activation_of(step),
        "use_bias": bool(bias),
    }

    def apply() -> object:
        if depthwise:
            multiplier = results // settings["group"]
            layer = DEPTHWISE[len(kernel)](
                kernel, depth_multiplier=multiplier, depthwise_initializer="zeros", **options
            )
        else:
            layer = CONVOLUTIONS[len(kernel)](results, kernel, groups=settings["group"], **options, **ZEROS)
        return step.call(layer, [filters], bias)

    return apply


def transposed_convolution(step: Step) -> Optional[Apply]:
    _, filters, *bias = step.inputs
    if not step.builder.owns(filters, *bias):
        return None
    *kernel, results, _ = step.builder.shape(filters)

    def apply() -> object:
        layer = TRANSPOSED[len(kernel)](
            results,
            kernel,
            strides=tuple(step.settings["strides"]),
            activation=activation_of(step),
            use_bias=bool(bias),
            **ZEROS,
        )
        return step.call(layer, [filters], bias)

    return apply


def pooling(layers: Mapping[int, Callable[..., Any]]) -> Choose:
    def choose(step: Step) -> Optional[Apply]:
        settings = step.settings
        if not is_named(settings, step.shape[1:-1]):
            return None
        options = {"strides": settings["strides"], "padding": padding_of(settings)}
        return lambda: step.call(layers[len(settings["kernel"])](settings["kernel"], **options))

    return choose


WINDOWS: Mapping[str, Choose] = {
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "MaxPool": pooling(MAXIMA),
    "AveragePool": pooling(AVERAGES),
}

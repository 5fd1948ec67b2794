"""Convolutions and poolings over one or two axes between the batch and the channels."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

import numpy as np
import tensorflow as tf

from ...artefact import Tensors
from ...lowering.plan import Layer
from ...lowering.pooling import pad_pairs, uncounting
from .operations import ACTIVATIONS, Make, Operation, Tensor, of_one


def convolution(layer: Layer, own: Sequence[Any], _: Tensors) -> Operation:
    settings = layer.settings
    activation = ACTIVATIONS[settings["activation"]]
    convolve = tf.nn.conv1d if layer.kind == "conv1d" else tf.nn.conv2d
    groups, padding = settings["groups"], settings["padding"].upper()

    def apply(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        kernels = [own[0]] if groups == 1 else tf.split(own[0], groups, -1)
        parts = inputs if groups == 1 else tf.split(inputs[0], groups, -1)
        found = [
            convolve(part, kernel, settings["strides"], padding, dilations=settings["dilationRate"])
            for part, kernel in zip(parts, kernels)
        ]
        y = found[0] if groups == 1 else tf.concat(found, -1)
        return [activation(tf.nn.bias_add(y, own[1]) if settings["useBias"] else y)]

    return apply


def depthwise(layer: Layer, own: Sequence[Any], _: Tensors) -> Operation:
    """Over one axis: a picture of height 1. The operation takes strides only that are alike."""
    settings = layer.settings
    activation, padding = ACTIVATIONS[settings["activation"]], settings["padding"].upper()
    row = layer.kind == "depthwiseConv1d"
    height, width = [settings["strides"][0]] * 2 if row else settings["strides"]
    dilations = [1, *settings["dilationRate"]] if row else settings["dilationRate"]

    def apply(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        x = tf.expand_dims(inputs[0], 1) if row else inputs[0]
        kernel = tf.expand_dims(own[0], 0) if row else own[0]
        y = tf.nn.depthwise_conv2d(x, kernel, [1, height, width, 1], padding, dilations=dilations)
        y = tf.squeeze(y, [1]) if row else y
        return [activation(tf.nn.bias_add(y, own[1]) if settings["useBias"] else y)]

    return apply


def pooling(pool: Any) -> Make:
    def lowered(layer: Layer, _own: Sequence[Any], _: Tensors) -> Operation:
        settings = layer.settings
        padding = settings["padding"].upper()
        return lambda inputs: [pool(inputs[0], settings["poolSize"], settings["strides"], padding)]

    return lowered


def padded_maximum(layer: Layer, _own: Sequence[Any], _: Tensors) -> Operation:
    """Over one axis there are no explicit pads: what no maximum chooses is put there."""
    settings = layer.settings
    pool, strides, pairs = settings["poolSize"], settings["strides"], pad_pairs(settings["pads"])
    if layer.kind == "paddedMaxPooling2d":
        return lambda inputs: [tf.nn.max_pool2d(inputs[0], pool, strides, [list(pair) for pair in pairs])]
    return lambda inputs: [
        tf.nn.max_pool1d(tf.pad(inputs[0], pairs, constant_values=-np.inf), pool, strides, "VALID")
    ]


def padded_average(pool: Any) -> Make:
    def lowered(layer: Layer, _own: Sequence[Any], _: Tensors) -> Operation:
        settings = layer.settings
        size, strides, pads = settings["poolSize"], settings["strides"], settings["pads"]

        def apply(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
            factor = uncounting(inputs[0].shape, size, strides, pads)
            padded = tf.pad(inputs[0], pad_pairs(pads))
            return [pool(padded, size, strides, "VALID") * factor]

        return apply

    return lowered


def dilated_maximum(layer: Layer, _own: Sequence[Any], _: Tensors) -> Operation:
    settings = layer.settings
    pairs = pad_pairs(settings["pads"])
    pads = any(settings["pads"])

    def apply(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        x = tf.pad(inputs[0], pairs, constant_values=-np.inf) if pads else inputs[0]
        return [
            tf.nn.pool(
                x,
                settings["poolSize"],
                "MAX",
                strides=settings["strides"],
                padding="VALID",
                dilations=settings["dilationRate"],
            )
        ]

    return apply


zero_padding = of_one(lambda settings: lambda x: tf.pad(x, pad_pairs(settings["pads"])))

SPATIAL: Mapping[str, Make] = {
    "conv1d": convolution,
    "conv2d": convolution,
    "depthwiseConv1d": depthwise,
    "depthwiseConv2d": depthwise,
    "zeroPadding1d": zero_padding,
    "zeroPadding2d": zero_padding,
    "maxPooling1d": pooling(tf.nn.max_pool1d),
    "maxPooling2d": pooling(tf.nn.max_pool2d),
    "averagePooling1d": pooling(tf.nn.avg_pool1d),
    "averagePooling2d": pooling(tf.nn.avg_pool2d),
    "paddedMaxPooling1d": padded_maximum,
    "paddedMaxPooling2d": padded_maximum,
    "paddedAveragePooling1d": padded_average(tf.nn.avg_pool1d),
    "paddedAveragePooling2d": padded_average(tf.nn.avg_pool2d),
    "dilatedMaxPooling1d": dilated_maximum,
    "dilatedMaxPooling2d": dilated_maximum,
    "globalAveragePooling1d": of_one(lambda _: lambda x: tf.reduce_mean(x, axis=1)),
    "globalAveragePooling2d": of_one(lambda _: lambda x: tf.reduce_mean(x, axis=[1, 2])),
    "globalMaxPooling1d": of_one(lambda _: lambda x: tf.reduce_max(x, axis=1)),
    "globalMaxPooling2d": of_one(lambda _: lambda x: tf.reduce_max(x, axis=[1, 2])),
}

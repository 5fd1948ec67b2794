"""The Keras layer for each entry of a plan; `operation_layers.py` has those that Keras lacks."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import keras

from ...artefact import Tensors
from ...errors import UnsupportedError
from ...lowering.keras_lstm import make_lstm
from ...lowering.plan import Layer
from ...lowering.pooling import pad_pairs
from .operation_layers import OPERATION_LAYERS, PaddedPooling

Make = Callable[[Mapping[str, Any]], keras.Layer]
# Weights are set right after: there is no point in drawing them first.
ZEROS = {"kernel_initializer": "zeros", "bias_initializer": "zeros"}


def make_layer(layer: Layer, weights: Tensors) -> keras.Layer:
    """UnsupportedError names a kind of layer that has none."""
    own = OPERATION_LAYERS.get(layer.kind)
    if own is not None:
        return own(layer, weights)
    make = LAYERS.get(layer.kind)
    if make is None:
        raise UnsupportedError(f"the Keras lowering has no layer {layer.kind}")
    return make(layer.settings)


def convolution(native: Callable[..., keras.Layer]) -> Make:
    return lambda settings: native(
        settings["filters"],
        settings["kernelSize"],
        strides=settings["strides"],
        padding=settings["padding"],
        dilation_rate=settings["dilationRate"],
        groups=settings["groups"],
        activation=settings["activation"],
        use_bias=settings["useBias"],
        **ZEROS,
    )


def depthwise(native: Callable[..., keras.Layer]) -> Make:
    return lambda settings: native(
        settings["kernelSize"],
        strides=settings["strides"],
        padding=settings["padding"],
        dilation_rate=settings["dilationRate"],
        depth_multiplier=settings["depthMultiplier"],
        activation=settings["activation"],
        use_bias=settings["useBias"],
        depthwise_initializer="zeros",
    )


def average_pooling(native: Callable[..., keras.Layer]) -> Make:
    """On PyTorch, Keras 3.15.1 counts the pads of `same` where the two sides differ; `npm run conformance` found it."""

    def make(settings: Mapping[str, Any]) -> keras.Layer:
        if settings["padding"] == "same" and keras.backend.backend() == "torch":
            return PaddedPooling(False, settings)
        return pooling(native)(settings)

    return make


def pooling(native: Callable[..., keras.Layer]) -> Make:
    return lambda settings: native(
        pool_size=settings["poolSize"], strides=settings["strides"], padding=settings["padding"]
    )


def dense(settings: Mapping[str, Any]) -> keras.Layer:
    return keras.layers.Dense(
        settings["units"], activation=settings["activation"], use_bias=settings["useBias"], **ZEROS
    )


def activation(settings: Mapping[str, Any]) -> keras.Layer:
    name = settings["activation"]
    return keras.layers.Softmax(axis=-1) if name == "softmax" else keras.layers.Activation(name)


LAYERS: Mapping[str, Make] = {
    "conv1d": convolution(keras.layers.Conv1D),
    "conv2d": convolution(keras.layers.Conv2D),
    "depthwiseConv1d": depthwise(keras.layers.DepthwiseConv1D),
    "depthwiseConv2d": depthwise(keras.layers.DepthwiseConv2D),
    "zeroPadding1d": lambda settings: keras.layers.ZeroPadding1D(tuple(settings["pads"])),
    "zeroPadding2d": lambda settings: keras.layers.ZeroPadding2D(tuple(pad_pairs(settings["pads"])[1:3])),
    "maxPooling1d": pooling(keras.layers.MaxPooling1D),
    "maxPooling2d": pooling(keras.layers.MaxPooling2D),
    "averagePooling1d": average_pooling(keras.layers.AveragePooling1D),
    "averagePooling2d": average_pooling(keras.layers.AveragePooling2D),
    "globalAveragePooling1d": lambda _: keras.layers.GlobalAveragePooling1D(),
    "globalAveragePooling2d": lambda _: keras.layers.GlobalAveragePooling2D(),
    "globalMaxPooling1d": lambda _: keras.layers.GlobalMaxPooling1D(),
    "globalMaxPooling2d": lambda _: keras.layers.GlobalMaxPooling2D(),
    "dense": dense,
    "lstm": lambda settings: make_lstm(keras, settings),
    "batchNormalization": lambda settings: keras.layers.BatchNormalization(
        momentum=settings["momentum"], epsilon=settings["epsilon"]
    ),
    "activation": activation,
    "leakyReLU": lambda settings: keras.layers.LeakyReLU(negative_slope=settings["alpha"]),
    "elu": lambda settings: keras.layers.ELU(alpha=settings["alpha"]),
    "add": lambda _: keras.layers.Add(),
    "multiply": lambda _: keras.layers.Multiply(),
    "concatenate": lambda settings: keras.layers.Concatenate(axis=settings["axis"]),
    "softmaxOverBatch": lambda _: keras.layers.Softmax(axis=0),
    "rescaling": lambda settings: keras.layers.Rescaling(settings["scale"]),
    "flatten": lambda _: keras.layers.Flatten(),
    "reshape": lambda settings: keras.layers.Reshape(settings["targetShape"]),
    "permute": lambda settings: keras.layers.Permute(settings["dims"]),
}

"""ResNet-18 as a functional model, with zeros around what a strided window reads, as `keras.applications` has them."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from ..recipe import Recipe
from . import weights
from .layers import last_activation


class Builder:
    """Layers that take their weights once the model is whole."""

    def __init__(self, given: Recipe) -> None:
        self.given = given
        self.named: list[tuple[Any, Any]] = []

    def convolve(self, x: Any, name: str, stride: int) -> Any:
        """A convolution that keeps the extent up to its stride, and its normalisation."""
        kernel = weights.convolution(self.given.weights, name)
        size, filters = kernel[0].shape[0], kernel[0].shape[-1]
        is_padded = stride > 1 and size > 1
        if is_padded:
            x = layers.ZeroPadding2D((size - 1) // 2)(x)
        conv = layers.Conv2D(
            filters, size, strides=stride, padding="valid" if is_padded else "same", use_bias=False
        )
        norm = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
        y = norm(conv(x))
        self.named += [(conv, kernel), (norm, weights.normalisation(self.given.weights, f"{name}.bn"))]
        return y

    def block(self, x: Any, name: str, stride: int) -> Any:
        y = layers.ReLU()(self.convolve(x, f"{name}.conv1", stride))
        y = self.convolve(y, f"{name}.conv2", 1)
        has_projection = f"{name}.downsample.weight" in self.given.weights
        shortcut = self.convolve(x, f"{name}.downsample", stride) if has_projection else x
        return layers.ReLU()(layers.Add()([shortcut, y]))


def resnet18(given: Recipe) -> keras.Model:
    builder = Builder(given)
    image = keras.Input(given.inputs[0].shape[1:])
    x = layers.ReLU()(builder.convolve(image, "conv1", 2))
    x = layers.MaxPooling2D(3, strides=2)(layers.ZeroPadding2D(1)(x))
    for stage in range(4):
        for place in range(2):
            stride = 2 if stage > 0 and place == 0 else 1
            x = builder.block(x, f"layer{stage + 1}.{place}", stride)
    fc = weights.dense(given.weights, "fc")
    last = layers.Dense(fc[1].shape[0], activation=last_activation(given))
    net = keras.Model(image, last(layers.GlobalAveragePooling2D()(x)))
    for layer, arrays in [*builder.named, (last, fc)]:
        layer.set_weights(arrays)
    return net

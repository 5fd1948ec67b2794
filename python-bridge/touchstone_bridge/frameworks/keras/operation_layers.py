"""Layers for what Keras has only as operations, written as its guide to custom layers shows."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import keras
import numpy as np

from ...artefact import Tensors
from ...lowering.plan import Layer, bound
from ...lowering.pooling import pad_pairs, same_pads, uncounting

BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": keras.ops.add,
    "sub": keras.ops.subtract,
    "mul": keras.ops.multiply,
    "div": keras.ops.divide,
}


class Clip(keras.Layer):
    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self._low, self._high = low, high

    def call(self, x: Any) -> Any:
        return keras.ops.clip(x, self._low, self._high)


class Binary(keras.Layer):
    def __init__(self, operator: str) -> None:
        super().__init__()
        self._function = BINARY[operator]

    def call(self, operands: Any) -> Any:
        return self._function(operands[0], operands[1])


class ConstantOperand(keras.Layer):
    """Arithmetic with a weight of the layer's own, its batch axis included."""

    def __init__(self, operator: str, constant_first: bool, shape: tuple[int, ...]) -> None:
        super().__init__()
        self._function, self._constant_first, self._shape = BINARY[operator], constant_first, shape

    def build(self, _: Any) -> None:
        self.constant = self.add_weight(shape=self._shape, initializer="zeros", name="constant")

    def call(self, x: Any) -> Any:
        return self._function(self.constant, x) if self._constant_first else self._function(x, self.constant)


class Constant(keras.Layer):
    """A weight by itself: what goes in only says where in the graph it stands."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self._shape = shape

    def build(self, _: Any) -> None:
        self.constant = self.add_weight(shape=self._shape, initializer="zeros", name="constant")

    def call(self, _: Any) -> Any:
        return keras.ops.convert_to_tensor(self.constant)


class MatrixProduct(keras.Layer):
    def call(self, operands: Any) -> Any:
        return keras.ops.matmul(operands[0], operands[1])


class Rebatch(keras.Layer):
    """A shape with another batch."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self._shape = shape

    def call(self, x: Any) -> Any:
        return keras.ops.reshape(x, self._shape)


class Pick(keras.Layer):
    """One position of an axis, which goes."""

    def __init__(self, axis: int, index: int) -> None:
        super().__init__()
        self._axis, self._index = axis, index

    def call(self, x: Any) -> Any:
        return keras.ops.take(x, self._index, axis=self._axis)


class PaddedPooling(keras.Layer):
    """Pads that count neither for the maximum nor for the average: those given, else Keras's `same`."""

    def __init__(self, maximum: bool, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self._maximum, self._settings = maximum, settings

    def call(self, x: Any) -> Any:
        pool, strides = tuple(self._settings["poolSize"]), tuple(self._settings["strides"])
        pads = self._settings.get("pads") or same_pads(x.shape, pool, strides)
        padded = keras.ops.pad(x, pad_pairs(pads), constant_values=-np.inf if self._maximum else 0.0)
        if self._maximum:
            return keras.ops.max_pool(padded, pool, strides, padding="valid")
        average = keras.ops.average_pool(padded, pool, strides, padding="valid")
        return average * keras.ops.convert_to_tensor(uncounting(x.shape, pool, strides, pads))


def clip(layer: Layer, weights: Tensors) -> keras.Layer:
    low = bound(layer.settings["low"], weights, -np.inf)
    return Clip(low, bound(layer.settings["high"], weights, np.inf))


OPERATION_LAYERS: Mapping[str, Callable[[Layer, Tensors], keras.Layer]] = {
    "clip": clip,
    "binary": lambda layer, _: Binary(layer.settings["operator"]),
    "constantOperand": lambda layer, _: ConstantOperand(
        layer.settings["operator"], layer.settings["constantFirst"], layer.weights[0].shape
    ),
    "matrixProduct": lambda _layer, _weights: MatrixProduct(),
    "rebatch": lambda layer, _: Rebatch(tuple(layer.settings["shape"])),
    "constant": lambda layer, _: Constant(layer.weights[0].shape),
    "pick": lambda layer, _: Pick(layer.settings["axis"], layer.settings["index"]),
    "paddedMaxPooling1d": lambda layer, _: PaddedPooling(True, layer.settings),
    "paddedMaxPooling2d": lambda layer, _: PaddedPooling(True, layer.settings),
    "paddedAveragePooling1d": lambda layer, _: PaddedPooling(False, layer.settings),
    "paddedAveragePooling2d": lambda layer, _: PaddedPooling(False, layer.settings),
}

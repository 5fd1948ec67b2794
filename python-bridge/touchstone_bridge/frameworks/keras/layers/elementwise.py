"""Activations, and sums and products of two feature maps."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Optional

import keras

from ....lowering.operations import Activation
from ..builder import Apply, Choose, Step
from .activations import NAMES, named

Make = Callable[[Mapping[str, Any]], keras.Layer]


def layer(make: Make) -> Choose:
    return lambda step: lambda: step.call(make(step.settings))


def clip(step: Step) -> Optional[Apply]:
    """From zero on it is a ReLU."""
    if step.settings["low"] != 0:
        return None
    return lambda: step.call(keras.layers.ReLU(max_value=step.settings["high"]))


def binary(function: Callable[[Any, Any], Any]) -> Choose:
    """As `a + b` of a functional model, which is the cheaper spelling of `layers.Add()`. Shapes are equal: else
    `keras.ops.add` takes [3, 1] for a bias of [2, 3, 3] along the last axis on TensorFlow.
    """

    def choose(step: Step) -> Optional[Apply]:
        first, second = step.shapes
        if first != second or step.constants(*step.inputs):
            return None
        return lambda: function(*step.operands)

    return choose


def activation(kind: str) -> Choose:
    return lambda step: lambda: step.call(keras.layers.Activation(named(Activation(kind, step.settings))))


ELEMENTWISE: Mapping[str, Choose] = {
    **{kind: activation(kind) for kind in [*NAMES, "Celu", "Gelu"]},
    "Relu": layer(lambda _: keras.layers.ReLU()),
    "LeakyRelu": layer(lambda s: keras.layers.LeakyReLU(negative_slope=s["alpha"])),
    "Elu": layer(lambda s: keras.layers.ELU(alpha=s["alpha"])),
    "Softmax": layer(lambda s: keras.layers.Softmax(axis=s["axis"])),
    "Clip": clip,
    "Add": binary(operator.add),
    "Sub": binary(operator.sub),
    "Mul": binary(operator.mul),
}

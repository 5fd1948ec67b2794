"""Dense layers."""

from __future__ import annotations

from typing import Optional

import keras

from ..builder import Apply, Step
from .activations import activation_of


def dense(step: Step) -> Optional[Apply]:
    _, weight, *bias = step.inputs
    if len(step.shape) < 2 or not step.builder.owns(weight, *bias):
        return None

    def apply() -> object:
        layer = keras.layers.Dense(
            step.builder.shape(weight)[1],
            activation=activation_of(step),
            use_bias=bool(bias),
            kernel_initializer="zeros",
        )
        return step.call(layer, [weight], bias)

    return apply

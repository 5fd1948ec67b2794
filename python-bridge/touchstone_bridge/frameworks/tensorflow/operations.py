"""What a lowered layer is: a function of tensors that holds its own variables."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

import tensorflow as tf

from ...artefact import Tensors
from ...lowering.plan import Layer

Tensor = Any
# What a layer makes of its inputs.
Operation = Callable[[Sequence[Tensor]], Sequence[Tensor]]
# Its own variables come in the order of the plan.
Make = Callable[[Layer, Sequence[Any], Tensors], Operation]

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "relu": tf.nn.relu,
    "sigmoid": tf.sigmoid,
    "tanh": tf.tanh,
    "softmax": lambda x: tf.nn.softmax(x, axis=-1),
}


def of_one(make: Callable[[Mapping[str, Any]], Callable[[Tensor], Tensor]]) -> Make:
    """From the layer's settings to a function of its one input."""

    def lowered(layer: Layer, _own: Sequence[Any], _: Tensors) -> Operation:
        function = make(layer.settings)
        return lambda inputs: [function(inputs[0])]

    return lowered

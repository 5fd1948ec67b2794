"""The functional model of a plan of layers, with the artefact's weights in it."""

from __future__ import annotations

import sys
from typing import Any, List, Sequence, Tuple

import keras

from ...artefact import Tensors
from ...lowering.keras_lstm import apply_lstm
from ...lowering.plan import Plan
from ...lowering.weights import NativeWeight
from .layers import make_layer

# A weight of the graph with the variable that holds it.
Held = Tuple[NativeWeight, Any]
FRAMES_PER_LAYER = 4


def build_model(plan: Plan, weights: Tensors, trained: Sequence[str]) -> Tuple[keras.Model, List[Held]]:
    """Static shapes, the batch included: the graph's are. Weights that are not `trained` stay as they are."""
    tensors: dict[int, Any] = {
        port.tensor: keras.Input(batch_shape=port.native_shape) for port in plan.inputs
    }
    held: List[Held] = []
    for layer in plan.layers:
        native = make_layer(layer, weights)
        operands = [tensors[tensor] for tensor in layer.inputs]
        if layer.kind == "lstm":
            results = apply_lstm(keras, native, layer.settings, operands)
        else:
            results = [native(single(operands))]
        tensors.update(zip(layer.outputs, results))
        native.set_weights([weight.to_native(weights) for weight in layer.weights])
        for weight, variable in zip(layer.weights, list(native.weights)):
            variable.trainable = weight.name in trained
            held.append((weight, variable))
    # Keras walks from a model's outputs to its inputs by recursion, in Python alone.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000 + FRAMES_PER_LAYER * len(plan.layers)))
    inputs = [tensors[port.tensor] for port in plan.inputs]
    outputs = [tensors[port.tensor] for port in plan.outputs]
    model = keras.Model(single(inputs), single(outputs))
    return model, held


def single(items: Sequence[Any]) -> Any:
    """Keras's models of one input and one output take and give the tensor itself."""
    return items[0] if len(items) == 1 else items

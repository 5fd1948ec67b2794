"""A plan of layers as operations of tf.nn inside a `tf.function`, channels last.

Weights are `tf.Variable`s, those that do not learn with `trainable=False`. An LSTM is `tf.keras.layers.LSTM`, which is
what TensorFlow's own guide to recurrent networks has; its variables are the layer's.
"""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Sequence, Tuple

import numpy as np
import tensorflow as tf

from ...artefact import Array, Tensors
from ...errors import UnsupportedError
from ...lowering.keras_lstm import apply_lstm, make_lstm
from ...lowering.plan import Layer, Plan, bound
from ...lowering.weights import NativeWeight, onnx_tensors
from .operation_elementwise import elu
from .operations import ACTIVATIONS, Make, Operation, Tensor, of_one
from .spatial import SPATIAL

BINARY: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": tf.add,
    "sub": tf.subtract,
    "mul": tf.multiply,
    "div": tf.divide,
}


class LayerNetwork(tf.Module):
    """The model of a plan of layers."""

    def __init__(self, plan: Plan, weights: Tensors, learning: Sequence[str]) -> None:
        super().__init__()
        self._plan = plan
        self._operations: List[Operation] = []
        # Each weight with its variable.
        self._held: List[Tuple[NativeWeight, Any]] = []
        for layer in plan.layers:
            made, variables = make_layer(layer, weights, learning)
            self._operations.append(made)
            self._held.extend(zip(layer.weights, variables))
        self._learning = [(weight, variable) for weight, variable in self._held if weight.name in learning]

    def __call__(self, inputs: Sequence[Tensor]) -> List[Tensor]:
        tensors = {port.tensor: value for port, value in zip(self._plan.inputs, inputs)}
        for layer, operation in zip(self._plan.layers, self._operations):
            results = operation([tensors[tensor] for tensor in layer.inputs])
            tensors.update(zip(layer.outputs, results))
        return [tensors[port.tensor] for port in self._plan.outputs]

    @property
    def trained(self) -> List[Any]:
        return [variable for _, variable in self._learning]

    def to_onnx(self, natives: Sequence[Array]) -> Tensors:
        return onnx_tensors((weight, native) for (weight, _), native in zip(self._learning, natives))

    def reset(self, weights: Tensors) -> None:
        """Running statistics too, though no gradient moves them."""
        for weight, variable in self._held:
            variable.assign(weight.to_native(weights))


def make_layer(layer: Layer, weights: Tensors, trained: Sequence[str]) -> tuple[Operation, List[Any]]:
    """UnsupportedError names a kind of layer that has no operation."""
    if layer.kind == "lstm":
        return lstm(layer, weights)
    make = LAYERS.get(layer.kind)
    if make is None:
        raise UnsupportedError(f"the TensorFlow lowering has no layer {layer.kind}")
    variables = [
        tf.Variable(weight.to_native(weights), trainable=weight.name in trained) for weight in layer.weights
    ]
    return make(layer, variables, weights), variables


def dense(layer: Layer, own: Sequence[Any], _: Tensors) -> Operation:
    activation, use_bias = ACTIVATIONS[layer.settings["activation"]], layer.settings["useBias"]

    def apply(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        x = inputs[0]
        y = tf.matmul(x, own[0]) if len(x.shape) == 2 else tf.tensordot(x, own[0], 1)
        return [activation(tf.nn.bias_add(y, own[1]) if use_bias else y)]

    return apply


def lstm(layer: Layer, weights: Tensors) -> tuple[Operation, List[Any]]:
    native = make_lstm(tf.keras, layer.settings)
    native.build((None, None, layer.weights[0].shape[0]))
    native.set_weights([weight.to_native(weights) for weight in layer.weights])
    variables = [variable.value for variable in native.weights]
    return lambda inputs: apply_lstm(tf.keras, native, layer.settings, inputs), variables


def batch_normalisation(layer: Layer, own: Sequence[Any], _: Tensors) -> Operation:
    scale, offset, mean, variance = own
    epsilon = layer.settings["epsilon"]
    if layer.settings["learns"]:
        return learning_normalisation(own, epsilon, layer.settings["momentum"])
    return lambda inputs: [tf.nn.batch_normalization(inputs[0], mean, variance, offset, scale, epsilon)]


def learning_normalisation(own: Sequence[Any], epsilon: float, momentum: float) -> Operation:
    """By the batch's own statistics; TensorFlow has one operation for pictures, and parts for the rest."""
    scale, offset, mean, variance = own

    def of_pictures(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        y, new_mean, new_variance = tf.compat.v1.nn.fused_batch_norm(
            inputs[0], scale, offset, mean, variance, epsilon, exponential_avg_factor=1 - momentum
        )
        mean.assign(new_mean)
        variance.assign(new_variance)
        return [y]

    def of_others(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        x = inputs[0]
        own_mean, own_variance = tf.nn.moments(x, list(range(len(x.shape) - 1)))
        mean.assign(momentum * mean + (1 - momentum) * own_mean)
        variance.assign(momentum * variance + (1 - momentum) * own_variance)
        return [tf.nn.batch_normalization(x, own_mean, own_variance, offset, scale, epsilon)]

    return lambda inputs: of_pictures(inputs) if len(inputs[0].shape) == 4 else of_others(inputs)


def clip(layer: Layer, _own: Sequence[Any], weights: Tensors) -> Operation:
    low = bound(layer.settings["low"], weights, -np.inf)
    high = bound(layer.settings["high"], weights, np.inf)
    return lambda inputs: [tf.clip_by_value(inputs[0], low, high)]


def constant_operand(layer: Layer, own: Sequence[Any], _: Tensors) -> Operation:
    function = BINARY[layer.settings["operator"]]
    if layer.settings["constantFirst"]:
        return lambda inputs: [function(own[0], inputs[0])]
    return lambda inputs: [function(inputs[0], own[0])]


def of_two(function: Callable[[Tensor, Tensor], Tensor]) -> Make:
    return lambda _layer, _own, _weights: lambda inputs: [function(inputs[0], inputs[1])]


LAYERS: Mapping[str, Make] = {
    **SPATIAL,
    "dense": dense,
    "batchNormalization": batch_normalisation,
    "constant": lambda _layer, own, _weights: lambda _inputs: [tf.convert_to_tensor(own[0])],
    "pick": of_one(lambda settings: lambda x: tf.gather(x, settings["index"], axis=settings["axis"])),
    "activation": of_one(lambda settings: ACTIVATIONS[settings["activation"]]),
    "leakyReLU": of_one(lambda settings: lambda x: tf.nn.leaky_relu(x, settings["alpha"])),
    "elu": of_one(lambda settings: lambda x: elu(x, settings["alpha"])),
    "clip": clip,
    "add": of_two(tf.add),
    "multiply": of_two(tf.multiply),
    "binary": lambda layer, own, weights: of_two(BINARY[layer.settings["operator"]])(layer, own, weights),
    "constantOperand": constant_operand,
    "concatenate": lambda layer, _own, _weights: (
        lambda inputs: [tf.concat(inputs, axis=layer.settings["axis"])]
    ),
    "softmaxOverBatch": of_one(lambda _: lambda x: tf.nn.softmax(x, axis=0)),
    "matrixProduct": of_two(tf.matmul),
    "rescaling": of_one(lambda settings: lambda x: x * settings["scale"]),
    "rebatch": of_one(lambda settings: lambda x: tf.reshape(x, settings["shape"])),
    "flatten": of_one(lambda _: lambda x: tf.reshape(x, [x.shape[0], -1])),
    "reshape": of_one(lambda settings: lambda x: tf.reshape(x, [x.shape[0], *settings["targetShape"]])),
    "permute": of_one(lambda settings: lambda x: tf.transpose(x, [0, *settings["dims"]])),
}

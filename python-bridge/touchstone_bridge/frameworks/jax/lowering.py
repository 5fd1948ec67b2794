"""A plan of layers as a pure function of jax.lax and jax.nn: `apply(parameters, inputs) -> outputs`, channels last.

Parameters are a flat dictionary by `<layer>/<position>`, so that a training step takes gradients of the trained ones
alone. Beside its outputs `apply` gives the weights that it moves itself, by the same keys: running statistics.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
from jax import lax

from ...artefact import Tensors
from ...errors import UnsupportedError
from ...lowering.plan import Layer, Plan, bound
from ...lowering.pooling import pad_pairs
from .operations import ACTIVATIONS, Operation, Tensor
from .recurrent import lstm

Parameters = Mapping[str, Tensor]
Make = Callable[[Layer, Tensors], Operation]

# Of rows and pictures, by the number of axes of a window.
CHANNELS_LAST = {1: ("NHC", "HIO", "NHC"), 2: ("NHWC", "HWIO", "NHWC")}
BINARY: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "div": jnp.divide,
}


def parameter_key(layer: int, position: int) -> str:
    """Where a layer's weight is kept."""
    return f"{layer}/{position}"


Apply = Callable[[Parameters, Sequence[Tensor]], "tuple[list[Tensor], dict[str, Tensor]]"]


def lower(plan: Plan, weights: Tensors) -> Apply:
    """The model as a function to be traced. UnsupportedError names a kind of layer that has no function."""
    operations = [_operation(layer, weights) for layer in plan.layers]

    def apply(parameters: Parameters, inputs: Sequence[Tensor]) -> tuple[list[Tensor], dict[str, Tensor]]:
        moved: dict[str, Tensor] = {}
        tensors = {port.tensor: value for port, value in zip(plan.inputs, inputs)}
        for number, (layer, operation) in enumerate(zip(plan.layers, operations)):
            own = [parameters[parameter_key(number, place)] for place in range(len(layer.weights))]
            results = operation([tensors[tensor] for tensor in layer.inputs], own)
            tensors.update(zip(layer.outputs, results))
            # What comes behind a layer's outputs are the new values of its last weights.
            beyond = results[len(layer.outputs) :]
            first = len(own) - len(beyond)
            moved.update((parameter_key(number, first + place), value) for place, value in enumerate(beyond))
        return [tensors[port.tensor] for port in plan.outputs], moved

    return apply


def _operation(layer: Layer, weights: Tensors) -> Operation:
    make = LAYERS.get(layer.kind)
    if make is None:
        raise UnsupportedError(f"the JAX lowering has no layer {layer.kind}")
    return make(layer, weights)


def convolution(layer: Layer, _: Tensors) -> Operation:
    settings = layer.settings
    depthwise = "depthMultiplier" in settings
    activation = ACTIVATIONS[settings["activation"]]

    def apply(inputs: Sequence[Tensor], own: Sequence[Tensor]) -> Sequence[Tensor]:
        kernel = own[0]
        if depthwise:
            # Keras's [spatial axes, channels, multiplier] as one group a channel.
            kernel = kernel.reshape(*kernel.shape[:-2], 1, -1)
        y = lax.conv_general_dilated(
            inputs[0],
            kernel,
            window_strides=settings["strides"],
            padding=settings["padding"].upper(),
            rhs_dilation=settings["dilationRate"],
            dimension_numbers=CHANNELS_LAST[len(settings["strides"])],
            feature_group_count=inputs[0].shape[-1] if depthwise else settings["groups"],
        )
        return [activation(y + own[1] if settings["useBias"] else y)]

    return apply


def zero_padding(layer: Layer, _: Tensors) -> Operation:
    pairs = pad_pairs(layer.settings["pads"])
    return lambda inputs, _own: [jnp.pad(inputs[0], pairs)]


def pooling(layer: Layer, _: Tensors) -> Operation:
    settings = layer.settings
    window = (1, *settings["poolSize"], 1)
    strides = (1, *settings["strides"], 1)
    dilations = (1, *settings["dilationRate"], 1) if "dilationRate" in settings else None
    padding: Any = pad_pairs(settings["pads"]) if "pads" in settings else settings["padding"].upper()

    def maximum(inputs: Sequence[Tensor], _own: Sequence[Tensor]) -> Sequence[Tensor]:
        return [
            lax.reduce_window(
                inputs[0], -jnp.inf, lax.max, window, strides, padding, window_dilation=dilations
            )
        ]

    def average(inputs: Sequence[Tensor], _own: Sequence[Tensor]) -> Sequence[Tensor]:
        total = lax.reduce_window(inputs[0], 0.0, lax.add, window, strides, padding)
        ones = jnp.ones((1, *inputs[0].shape[1:-1], 1), inputs[0].dtype)
        return [total / lax.reduce_window(ones, 0.0, lax.add, window, strides, padding)]

    return average if "average" in layer.kind.lower() else maximum


def dense(layer: Layer, _: Tensors) -> Operation:
    activation, use_bias = ACTIVATIONS[layer.settings["activation"]], layer.settings["useBias"]

    def apply(inputs: Sequence[Tensor], own: Sequence[Tensor]) -> Sequence[Tensor]:
        y = jnp.dot(inputs[0], own[0])
        return [activation(y + own[1] if use_bias else y)]

    return apply


def moving_weights(plan: Plan) -> list[str]:
    """Keys of the weights that a step moves without a gradient: running statistics."""
    return [
        parameter_key(number, place)
        for number, layer in enumerate(plan.layers)
        if layer.kind == "batchNormalization" and layer.settings["learns"]
        for place in (2, 3)
    ]


def batch_normalisation(layer: Layer, _: Tensors) -> Operation:
    epsilon, momentum = layer.settings["epsilon"], layer.settings["momentum"]

    def learn(inputs: Sequence[Tensor], own: Sequence[Tensor]) -> Sequence[Tensor]:
        x, (scale, offset, mean, variance) = inputs[0], own
        axes = tuple(range(x.ndim - 1))
        own_mean, own_variance = jnp.mean(x, axes), jnp.var(x, axes)
        y = (x - own_mean) * (lax.rsqrt(own_variance + epsilon) * scale) + offset
        means = momentum * mean + (1 - momentum) * own_mean
        return [y, means, momentum * variance + (1 - momentum) * own_variance]

    def apply(inputs: Sequence[Tensor], own: Sequence[Tensor]) -> Sequence[Tensor]:
        scale, offset, mean, variance = own
        return [(inputs[0] - mean) * (lax.rsqrt(variance + epsilon) * scale) + offset]

    return learn if layer.settings["learns"] else apply


def activation(layer: Layer, _: Tensors) -> Operation:
    function = ACTIVATIONS[layer.settings["activation"]]
    return lambda inputs, _own: [function(inputs[0])]


def clip(layer: Layer, weights: Tensors) -> Operation:
    low = bound(layer.settings["low"], weights, -jnp.inf)
    high = bound(layer.settings["high"], weights, jnp.inf)
    return lambda inputs, _own: [jnp.clip(inputs[0], low, high)]


def constant_operand(layer: Layer, _: Tensors) -> Operation:
    function = BINARY[layer.settings["operator"]]
    if layer.settings["constantFirst"]:
        return lambda inputs, own: [function(own[0], inputs[0])]
    return lambda inputs, own: [function(inputs[0], own[0])]


def of_two(function: Callable[[Tensor, Tensor], Tensor]) -> Make:
    return lambda _layer, _weights: lambda inputs, _own: [function(inputs[0], inputs[1])]


def of_one(make: Callable[[Layer], Callable[[Tensor], Tensor]]) -> Make:
    def lowered(layer: Layer, _: Tensors) -> Operation:
        function = make(layer)
        return lambda inputs, _own: [function(inputs[0])]

    return lowered


LAYERS: Mapping[str, Make] = {
    "conv1d": convolution,
    "conv2d": convolution,
    "depthwiseConv1d": convolution,
    "depthwiseConv2d": convolution,
    "zeroPadding1d": zero_padding,
    "zeroPadding2d": zero_padding,
    "maxPooling1d": pooling,
    "maxPooling2d": pooling,
    "averagePooling1d": pooling,
    "averagePooling2d": pooling,
    "paddedMaxPooling1d": pooling,
    "paddedMaxPooling2d": pooling,
    "paddedAveragePooling1d": pooling,
    "paddedAveragePooling2d": pooling,
    "dilatedMaxPooling1d": pooling,
    "dilatedMaxPooling2d": pooling,
    "globalAveragePooling1d": of_one(lambda _: lambda x: jnp.mean(x, axis=1)),
    "globalAveragePooling2d": of_one(lambda _: lambda x: jnp.mean(x, axis=(1, 2))),
    "globalMaxPooling1d": of_one(lambda _: lambda x: jnp.max(x, axis=1)),
    "globalMaxPooling2d": of_one(lambda _: lambda x: jnp.max(x, axis=(1, 2))),
    "dense": dense,
    "lstm": lambda layer, _: lstm(layer),
    "constant": lambda _layer, _weights: lambda _inputs, own: [own[0]],
    "pick": of_one(lambda layer: lambda x: jnp.take(x, layer.settings["index"], layer.settings["axis"])),
    "batchNormalization": batch_normalisation,
    "activation": activation,
    "leakyReLU": of_one(lambda layer: lambda x: jax.nn.leaky_relu(x, layer.settings["alpha"])),
    "elu": of_one(lambda layer: lambda x: jax.nn.elu(x, layer.settings["alpha"])),
    "clip": clip,
    "add": of_two(jnp.add),
    "multiply": of_two(jnp.multiply),
    "binary": lambda layer, weights: of_two(BINARY[layer.settings["operator"]])(layer, weights),
    "constantOperand": constant_operand,
    "concatenate": lambda layer, _: (
        lambda inputs, _own: [jnp.concatenate(inputs, axis=layer.settings["axis"])]
    ),
    "softmaxOverBatch": of_one(lambda _: lambda x: jax.nn.softmax(x, axis=0)),
    "matrixProduct": of_two(jnp.matmul),
    "rescaling": of_one(lambda layer: lambda x: x * layer.settings["scale"]),
    "rebatch": of_one(lambda layer: lambda x: x.reshape(layer.settings["shape"])),
    "flatten": of_one(lambda _: lambda x: x.reshape(x.shape[0], -1)),
    "reshape": of_one(lambda layer: lambda x: x.reshape(x.shape[0], *layer.settings["targetShape"])),
    "permute": of_one(lambda layer: lambda x: jnp.transpose(x, (0, *layer.settings["dims"]))),
}

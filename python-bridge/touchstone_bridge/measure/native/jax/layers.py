"""LeNet-5, the row LSTM and the text GRU: convolutions of `jax.lax`, recurrences by `lax.scan`."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Sequence, Tuple

import jax
import jax.numpy as jnp
from jax import lax

from ....artefact import Array
from ..gates import GRU_ZRH, LSTM_IFCO, recurrent
from ..recipe import Recipe

Weights = Mapping[str, Array]


def kernel(weights: Weights, name: str) -> Array:
    """[height, width, channels, filters]."""
    return weights[f"{name}.weight"].transpose(2, 3, 1, 0)


def dense_arrays(weights: Weights, name: str, image: Sequence[int] = ()) -> Dict[str, Array]:
    """[inputs, outputs]. `image`: channels, height and width of what is flattened before it."""
    matrix = weights[f"{name}.weight"]
    if image:
        matrix = matrix.reshape(-1, *image).transpose(0, 2, 3, 1).reshape(len(matrix), -1)
    return {f"{name}_w": matrix.T, f"{name}_b": weights[f"{name}.bias"]}


def conv_arrays(weights: Weights, name: str) -> Dict[str, Array]:
    return {f"{name}_w": kernel(weights, name), f"{name}_b": weights[f"{name}.bias"]}


def dense(parameters: Any, name: str, x: Any) -> Any:
    return x @ parameters[name + "_w"] + parameters[name + "_b"]


def convolve(x: Any, filters: Any, stride: int = 1, padding: Any = "VALID", groups: int = 1) -> Any:
    layout = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(
        x, filters, (stride, stride), padding, dimension_numbers=layout, feature_group_count=groups
    )


def conv(parameters: Any, name: str, x: Any, padding: str) -> Any:
    return jax.nn.relu(convolve(x, parameters[name + "_w"], padding=padding) + parameters[name + "_b"])


def max_pool(x: Any, size: int = 2, padding: Any = "VALID") -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, size, size, 1), (1, 2, 2, 1), padding)


def lenet5(given: Recipe) -> Tuple[Any, Dict[str, Any]]:
    def apply(parameters: Any, x: Any) -> Any:
        x = max_pool(conv(parameters, "conv1", x, "SAME"))
        x = max_pool(conv(parameters, "conv2", x, "VALID"))
        x = x.reshape(x.shape[0], -1)
        x = jax.nn.relu(dense(parameters, "fc1", x))
        return dense(parameters, "fc3", jax.nn.relu(dense(parameters, "fc2", x)))

    own = given.weights
    convolutions = {**conv_arrays(own, "conv1"), **conv_arrays(own, "conv2")}
    last = {**dense_arrays(own, "fc2"), **dense_arrays(own, "fc3")}
    return apply, {**convolutions, **dense_arrays(own, "fc1", (16, 5, 5)), **last}


def row_lstm(given: Recipe) -> Tuple[Any, Dict[str, Any]]:
    def apply(parameters: Any, x: Any) -> Any:
        def cell(state: Any, row: Any) -> Any:
            hidden, memory = state
            gates = row @ parameters["w"] + hidden @ parameters["u"] + parameters["b"]
            i, f, c, o = jnp.split(gates, 4, axis=-1)
            memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * jnp.tanh(c)
            return (jax.nn.sigmoid(o) * jnp.tanh(memory), memory), None

        zeros = jnp.zeros((x.shape[0], parameters["u"].shape[0]))
        (hidden, _), _ = lax.scan(cell, (zeros, zeros), jnp.swapaxes(x, 0, 1))
        return dense(parameters, "fc", hidden)

    lstm = recurrent(given.weights, "lstm", LSTM_IFCO)
    arrays = {"w": lstm.kernel.T, "u": lstm.recurrent.T, "b": lstm.bias}
    return apply, {**arrays, **dense_arrays(given.weights, "fc")}


def text_gru(given: Recipe) -> Tuple[Any, Dict[str, Any]]:
    def apply(parameters: Any, words: Any) -> Any:
        def cell(hidden: Any, vector: Any) -> Any:
            given_gates = jnp.split(vector @ parameters["w"] + parameters["b"], 3, axis=-1)
            fed = jnp.split(hidden @ parameters["u"], 3, axis=-1)
            update = jax.nn.sigmoid(given_gates[0] + fed[0])
            reset = jax.nn.sigmoid(given_gates[1] + fed[1])
            candidate = jnp.tanh(given_gates[2] + reset * fed[2])
            return update * hidden + (1 - update) * candidate, None

        vectors = jnp.swapaxes(parameters["table"][words], 0, 1)
        zeros = jnp.zeros((words.shape[0], parameters["u"].shape[0]))
        hidden, _ = lax.scan(cell, zeros, vectors)
        return dense(parameters, "fc", hidden)

    gru = recurrent(given.weights, "gru", GRU_ZRH)
    arrays = {"w": gru.kernel.T, "u": gru.recurrent.T, "b": gru.bias}
    table = {"table": given.weights["embedding.weight"]}
    return apply, {**table, **arrays, **dense_arrays(given.weights, "fc")}

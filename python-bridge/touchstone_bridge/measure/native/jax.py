"""The workloads as a JAX user writes them by hand: functions of a dictionary of parameters, as in its tutorials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...artefact import Model
from .recipe import recipe


def dense(parameters: Any, name: str, x: Any) -> Any:
    return x @ parameters[name + "_w"] + parameters[name + "_b"]


def conv(parameters: Any, name: str, x: Any, padding: str) -> Any:
    y = lax.conv_general_dilated(
        x, parameters[name + "_w"], (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    return jax.nn.relu(y + parameters[name + "_b"])


def max_pool(x: Any) -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def lenet5(parameters: Any, x: Any) -> Any:
    x = max_pool(conv(parameters, "conv1", x, "SAME"))
    x = max_pool(conv(parameters, "conv2", x, "VALID"))
    x = x.reshape(x.shape[0], -1)
    x = jax.nn.relu(dense(parameters, "fc1", x))
    return dense(parameters, "fc3", jax.nn.relu(dense(parameters, "fc2", x)))


def row_lstm(parameters: Any, x: Any) -> Any:
    def cell(state: Any, row: Any) -> Any:
        hidden, memory = state
        gates = row @ parameters["w"] + hidden @ parameters["u"] + parameters["b"]
        i, f, c, o = jnp.split(gates, 4, axis=-1)
        memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * jnp.tanh(c)
        return (jax.nn.sigmoid(o) * jnp.tanh(memory), memory), None

    zeros = jnp.zeros((x.shape[0], 128))
    (hidden, _), _ = lax.scan(cell, (zeros, zeros), jnp.swapaxes(x, 0, 1))
    return dense(parameters, "fc", hidden)


LENET5_SHAPES = {
    "conv1_w": (5, 5, 1, 6),
    "conv1_b": (6,),
    "conv2_w": (5, 5, 6, 16),
    "conv2_b": (16,),
    "fc1_w": (400, 120),
    "fc1_b": (120,),
    "fc2_w": (120, 84),
    "fc2_b": (84,),
    "fc3_w": (84, 10),
    "fc3_b": (10,),
}
LSTM_SHAPES = {"w": (28, 512), "u": (128, 512), "b": (512,), "fc_w": (128, 10), "fc_b": (10,)}


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=True)
    apply, shapes = (lenet5, LENET5_SHAPES) if given.workload == "lenet5" else (row_lstm, LSTM_SHAPES)
    random = np.random.default_rng(1)
    parameters = {
        name: jnp.asarray(random.uniform(-0.1, 0.1, shape), jnp.float32) for name, shape in shapes.items()
    }
    if given.optimiser is None:
        predict = jax.jit(lambda parameters, x: jax.nn.softmax(apply(parameters, x)))
        return lambda buffer: np.asarray(predict(parameters, given.inputs[buffer]))
    rate, momentum = given.optimiser.learning_rate, given.optimiser.momentum

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        chosen = jnp.take_along_axis(jax.nn.log_softmax(apply(parameters, x)), y[:, None], axis=-1)
        return -jnp.mean(chosen)

    def update(parameters: Any, velocity: Any, x: Any, y: Any) -> Any:
        value, gradient = jax.value_and_grad(loss)(parameters, x, y)
        velocity = jax.tree.map(lambda v, g: momentum * v + g, velocity, gradient)
        return jax.tree.map(lambda w, v: w - rate * v, parameters, velocity), velocity, value

    jitted = jax.jit(update, donate_argnums=(0, 1))
    state = [parameters, {name: jnp.zeros_like(value) for name, value in parameters.items()}]

    def step(buffer: int) -> float:
        state[0], state[1], value = jitted(*state, given.inputs[buffer], given.labels[buffer])
        return float(value)

    return step

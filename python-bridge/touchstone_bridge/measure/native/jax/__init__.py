"""The workloads as a JAX user writes them by hand: functions of a dictionary of parameters, as in its tutorials."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Tuple

import jax
import jax.numpy as jnp
import numpy as np

from ....artefact import Model
from .. import net_for
from ..recipe import Recipe, recipe
from .attention import attention_cnn
from .layers import lenet5, row_lstm, text_gru
from .resnet import resnet18

Apply = Callable[[Any, Any], Any]

nets: Mapping[str, Callable[[Recipe], Tuple[Apply, Dict[str, Any]]]] = {
    "lenet5": lenet5,
    "row-lstm": row_lstm,
    "resnet18": resnet18,
    "attention-cnn": attention_cnn,
    "text-gru": text_gru,
}


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=True)
    apply, arrays = net_for(given.workload, nets)(given)
    parameters = {name: jnp.asarray(array) for name, array in arrays.items()}
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

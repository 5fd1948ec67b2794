"""Gradients of the mean loss by each backend's own means. Untimed: training itself is `train_on_batch`."""

from __future__ import annotations

from typing import Any, List, Sequence

import keras
import numpy as np

from ...artefact import Array

Loss = Any


def gradients_of(
    model: keras.Model, loss: Loss, inputs: Any, targets: Sequence[Array], variables: Sequence[Any]
) -> List[Array]:
    """In the order of `variables`, which are trainable ones of the model."""
    found = {"tensorflow": with_tape, "jax": with_jax, "torch": with_torch}[keras.backend.backend()](
        model, loss, inputs, targets, variables
    )
    return [np.asarray(value) for value in found]


def with_tape(
    model: keras.Model, loss: Loss, inputs: Any, targets: Sequence[Array], variables: Sequence[Any]
) -> List[Any]:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = loss_from(loss, model(inputs, training=True), targets)
    found = tape.gradient(value, [variable.value for variable in variables], unconnected_gradients="zero")
    # That of an embedding comes as the rows that it has.
    return [tf.convert_to_tensor(gradient).numpy() for gradient in found]


def with_jax(
    model: keras.Model, loss: Loss, inputs: Any, targets: Sequence[Array], variables: Sequence[Any]
) -> List[Any]:
    import jax

    positions = [index(model.trainable_variables, variable) for variable in variables]

    def value(trainable: Any) -> Any:
        fixed = [variable.value for variable in model.non_trainable_variables]
        outputs, _ = model.stateless_call(trainable, fixed, inputs, training=True)
        return loss_from(loss, outputs, targets)

    found = jax.grad(value)([variable.value for variable in model.trainable_variables])
    return [found[position] for position in positions]


def with_torch(
    model: keras.Model, loss: Loss, inputs: Any, targets: Sequence[Array], variables: Sequence[Any]
) -> List[Any]:
    model.zero_grad()
    loss_from(loss, model(inputs, training=True), targets).backward()
    found = [
        np.zeros(variable.shape, np.float32)
        if variable.value.grad is None
        else variable.value.grad.numpy().copy()
        for variable in variables
    ]
    model.zero_grad()
    return found


def loss_from(loss: Loss, outputs: Any, targets: Sequence[Array]) -> Any:
    labels, *weights = targets
    return loss(labels, outputs, *weights)


def index(variables: Sequence[Any], wanted: Any) -> int:
    """Position of that very variable."""
    return next(position for position, variable in enumerate(variables) if variable is wanted)

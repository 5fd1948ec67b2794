"""The workloads as a TensorFlow user writes them by hand: a Keras model called in a `tf.function`, as in its guide to
training loops from scratch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from ...artefact import Model
from .keras import lenet5, row_lstm
from .recipe import recipe


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=True)
    net = (lenet5 if given.workload == "lenet5" else row_lstm)(given.trains)
    net.build(given.inputs[0].shape)
    if given.optimiser is None:
        predict = tf.function(lambda x: net(x, training=False))
        return lambda buffer: predict(given.inputs[buffer]).numpy()
    optimiser = tf.keras.optimizers.SGD(given.optimiser.learning_rate, momentum=given.optimiser.momentum)
    criterion = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def train(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = criterion(y, net(x, training=True))
        gradients = tape.gradient(loss, net.trainable_weights)
        optimiser.apply_gradients(zip(gradients, net.trainable_weights))
        return loss

    return lambda buffer: float(train(given.inputs[buffer], given.labels[buffer]))

"""The workloads as a TensorFlow user writes them by hand: a Keras model, or a module of `tf.nn`, called in a
`tf.function`, as in its guides to training loops from scratch and to modules.
"""

from __future__ import annotations

from typing import Any, Callable, Sequence, Tuple

import tensorflow as tf

from ....artefact import Model
from ..keras import net_of
from ..recipe import Recipe, recipe
from .attention import attention_cnn


def logits_of(given: Recipe) -> Tuple[Callable[..., Any], Sequence[Any]]:
    """A function of (input, training) and what it trains. In inference it ends in probabilities."""
    if given.workload == "attention-cnn":
        module, variables = attention_cnn(given)
        if given.trains:
            return lambda x, training: module(x), variables
        return lambda x, training: tf.nn.softmax(module(x)), variables
    net = net_of(given)
    return net, net.trainable_weights


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=True)
    net, variables = logits_of(given)
    if given.optimiser is None:
        predict = tf.function(lambda x: net(x, training=False))
        return lambda buffer: predict(given.inputs[buffer]).numpy()
    optimiser = tf.keras.optimizers.SGD(given.optimiser.learning_rate, momentum=given.optimiser.momentum)
    criterion = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def train(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = criterion(y, net(x, training=True))
        optimiser.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    return lambda buffer: float(train(given.inputs[buffer], given.labels[buffer]))

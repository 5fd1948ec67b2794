"""The workloads as a Keras user writes them by hand: `keras.Sequential`, as in its guide to the Sequential model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from ...artefact import Model
from .recipe import recipe


def lenet5(training: bool) -> keras.Model:
    return keras.Sequential(
        [
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation=None if training else "softmax"),
        ]
    )


def row_lstm(training: bool) -> keras.Model:
    return keras.Sequential([layers.LSTM(128), layers.Dense(10, activation=None if training else "softmax")])


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=True)
    net = (lenet5 if given.workload == "lenet5" else row_lstm)(given.trains)
    net.build(given.inputs[0].shape)
    if given.optimiser is None:
        return lambda buffer: net.predict_on_batch(given.inputs[buffer])
    net.compile(
        optimizer=keras.optimizers.SGD(given.optimiser.learning_rate, momentum=given.optimiser.momentum),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )

    def step(buffer: int) -> float:
        net.reset_metrics()
        return float(net.train_on_batch(given.inputs[buffer], given.labels[buffer]))

    return step

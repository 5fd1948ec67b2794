"""LeNet-5, the row LSTM and the text GRU with `keras.Sequential`."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from ..gates import GRU_ZRH, LSTM_IFCO, recurrent
from ..recipe import Recipe
from . import weights


def last_activation(given: Recipe) -> str | None:
    return None if given.trains else "softmax"


def lenet5(given: Recipe) -> keras.Model:
    net = keras.Sequential(
        [
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation=last_activation(given)),
        ]
    )
    net.build(given.inputs[0].shape)
    net.set_weights(
        [
            *weights.convolution(given.weights, "conv1"),
            *weights.convolution(given.weights, "conv2"),
            *weights.dense(given.weights, "fc1", (16, 5, 5)),
            *weights.dense(given.weights, "fc2"),
            *weights.dense(given.weights, "fc3"),
        ]
    )
    return net


def row_lstm(given: Recipe) -> keras.Model:
    net = keras.Sequential([layers.LSTM(128), layers.Dense(10, activation=last_activation(given))])
    net.build(given.inputs[0].shape)
    lstm = recurrent(given.weights, "lstm", LSTM_IFCO)
    net.set_weights([*weights.gates(lstm, both_biases=False), *weights.dense(given.weights, "fc")])
    return net


def first_bias(bias: Any) -> Any:
    """One trainable bias for each gate, as the workload defines it: the recurrent one stays zero."""
    return bias * keras.ops.array([[1.0], [0.0]], "float32")


def text_gru(given: Recipe) -> keras.Model:
    table = given.weights["embedding.weight"]
    hidden = given.weights["fc.weight"].shape[1]
    net = keras.Sequential(
        [
            layers.Embedding(*table.shape),
            layers.GRU(hidden, bias_constraint=first_bias),
            layers.Dense(2, activation=last_activation(given)),
        ]
    )
    net.build(given.inputs[0].shape)
    gru = recurrent(given.weights, "gru", GRU_ZRH)
    net.set_weights([table, *weights.gates(gru, both_biases=True), *weights.dense(given.weights, "fc")])
    return net

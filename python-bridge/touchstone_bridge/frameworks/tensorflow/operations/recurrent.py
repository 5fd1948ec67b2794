"""LSTM, GRU and RNN as `tf.scan` over the steps; an LSTM with weights of its own is Keras's layer (`lstm_layer.py`).

Weights are [inputs, gates·hidden] with gates in Keras's order, x is [batch, steps, inputs]: see `RecurrentForm` of
`adapters/tensorflow/capabilities.ts`.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Tuple

import tensorflow as tf

from ....lowering.directions import directions
from .call import Call, Settings, Tensor

# The hidden state first.
State = Tuple[Tensor, ...]
# From a state and the step's product with x to the next state.
Cell = Callable[[State, Tensor], State]
# Takes settings, and the operands of one direction by name.
MakeCell = Callable[[Settings, Mapping[str, Tensor]], Cell]


def lstm_cell(_: Settings, weights: Mapping[str, Tensor]) -> Cell:
    def cell(state: State, product: Tensor) -> State:
        hidden, memory = state
        i, f, c, o = tf.split(product + tf.matmul(hidden, weights["r"]), 4, axis=-1)
        memory = tf.sigmoid(f) * memory + tf.sigmoid(i) * tf.tanh(c)
        return tf.sigmoid(o) * tf.tanh(memory), memory

    return cell


def gru_cell(settings: Settings, weights: Mapping[str, Tensor]) -> Cell:
    size = settings["hidden"]
    recurrent, bias = weights["r"], weights.get("recurrentBias", 0)

    def after_product(state: State, product: Tensor) -> State:
        """The reset gate scales the recurrent product: linear_before_reset 1."""
        (hidden,) = state
        past = tf.matmul(hidden, recurrent) + bias
        z, r = tf.split(tf.sigmoid(product[:, : 2 * size] + past[:, : 2 * size]), 2, axis=-1)
        return ((1 - z) * tf.tanh(product[:, 2 * size :] + r * past[:, 2 * size :]) + z * hidden,)

    def before_product(state: State, product: Tensor) -> State:
        (hidden,) = state
        whole = product + bias
        z, r = tf.split(
            tf.sigmoid(whole[:, : 2 * size] + tf.matmul(hidden, recurrent[:, : 2 * size])), 2, axis=-1
        )
        candidate = tf.tanh(whole[:, 2 * size :] + tf.matmul(r * hidden, recurrent[:, 2 * size :]))
        return ((1 - z) * candidate + z * hidden,)

    return after_product if settings["linearBeforeReset"] else before_product


def rnn_cell(_: Settings, weights: Mapping[str, Tensor]) -> Cell:
    return lambda state, product: (tf.tanh(product + tf.matmul(state[0], weights["r"])),)


def recurrent(make: MakeCell, states: Tuple[str, ...]) -> Call:
    """@param states: names of the first ones."""

    def call(settings: Settings, x: Tensor, *rest: Tensor) -> Tuple[Tensor, ...]:
        zeros = tf.zeros([x.shape[0], settings["hidden"]], x.dtype)
        sequences, lasts = [], []
        for weights, backward in directions(settings, rest):
            product = tf.tensordot(x, weights["w"], 1) + weights.get("bias", 0)
            first = tuple(weights.get(name, zeros) for name in states)
            steps = tf.transpose(product, [1, 0, 2])
            every = tf.scan(make(settings, weights), steps, first, reverse=backward)
            sequences.append(tf.transpose(every[0], [1, 0, 2]))
            lasts.append([state[0 if backward else -1] for state in every])
        ends: Any = zip(*lasts)
        return joined(sequences), *(joined(each) for each in ends)

    return call


def joined(directions: Any) -> Tensor:
    """Forward, then backward, along the last axis."""
    return directions[0] if len(directions) == 1 else tf.concat(directions, -1)


RECURRENT: Mapping[str, Call] = {
    "LSTM": recurrent(lstm_cell, ("initialH", "initialC")),
    "GRU": recurrent(gru_cell, ("initialH",)),
    "RNN": recurrent(rnn_cell, ("initialH",)),
}

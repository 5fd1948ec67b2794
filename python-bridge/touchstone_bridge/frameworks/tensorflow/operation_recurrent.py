"""LSTM, GRU and RNN as `tf.scan` over the steps, in ONNX's layout and order of gates."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Tuple

import tensorflow as tf

from .operation_call import Call, Settings
from .operations import Tensor

# Hidden state first.
State = Tuple[Tensor, ...]
# (state, the step's share of the gates) → the next state.
Cell = Callable[[State, Tensor], State]
# Of settings, R of one direction and the recurrent bias, which is None where it is in the gates' share already.
MakeCell = Callable[[Settings, Tensor, Optional[Tensor]], Cell]

DIRECTIONS = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}


def times(x: Tensor, weights: Tensor) -> Tensor:
    """ONNX's recurrent weights are [results, values]."""
    return tf.matmul(x, weights, transpose_b=True)


def lstm_cell(_: Settings, recurrent: Tensor, __: Optional[Tensor]) -> Cell:
    def cell(state: State, share: Tensor) -> State:
        hidden, memory = state
        i, o, f, c = tf.split(share + times(hidden, recurrent), 4, axis=-1)
        memory = tf.sigmoid(f) * memory + tf.sigmoid(i) * tf.tanh(c)
        return tf.sigmoid(o) * tf.tanh(memory), memory

    return cell


def gru_cell(settings: Settings, recurrent: Tensor, bias: Optional[Tensor]) -> Cell:
    size = settings["hidden"]
    gates, candidate = recurrent[: 2 * size], recurrent[2 * size :]

    def cell(state: State, share: Tensor) -> State:
        (hidden,) = state
        z, r = tf.split(tf.sigmoid(share[:, : 2 * size] + times(hidden, gates)), 2, axis=-1)
        if settings["linearBeforeReset"]:
            product = times(hidden, candidate)
            past = r * (product if bias is None else product + bias)
        else:
            past = times(r * hidden, candidate)
        return ((1 - z) * tf.tanh(share[:, 2 * size :] + past) + z * hidden,)

    return cell


def rnn_cell(_: Settings, recurrent: Tensor, __: Optional[Tensor]) -> Cell:
    return lambda state, share: (tf.tanh(share + times(state[0], recurrent)),)


def biases(settings: Settings, bias: Tensor) -> Tuple[Tensor, Optional[Tensor]]:
    """Both halves as one, but for the candidate of a GRU whose reset comes after its product: that stays inside."""
    outer, inner = tf.split(bias, 2)
    if not settings.get("linearBeforeReset"):
        return outer + inner, None
    size = 2 * settings["hidden"]
    return tf.concat([outer[:size] + inner[:size], outer[size:]], 0), inner[size:]


def recurrent(make: MakeCell, states: Tuple[str, ...]) -> Call:
    """@param states: names of the first ones."""

    def call(settings: Settings, x: Tensor, w: Tensor, r: Tensor, *rest: Tensor) -> Tuple[Tensor, ...]:
        given = dict(zip(settings["given"], rest))
        zeros = tf.zeros([x.shape[1], settings["hidden"]], x.dtype)
        sequences, lasts = [], []
        for number, backward in enumerate(DIRECTIONS[settings["direction"]]):
            share, inner = tf.tensordot(x, w[number], [[2], [1]]), None
            if "bias" in given:
                outer, inner = biases(settings, given["bias"][number])
                share = share + outer
            first = tuple(given[name][number] if name in given else zeros for name in states)
            every = tf.scan(make(settings, r[number], inner), share, first, reverse=backward)
            sequences.append(every[0])
            lasts.append([state[0 if backward else -1] for state in every])
        ends: Any = zip(*lasts)
        return tf.stack(sequences, 1), *(tf.stack(each) for each in ends)

    return call


RECURRENT: Mapping[str, Call] = {
    "LSTM": recurrent(lstm_cell, ("initialH", "initialC")),
    "GRU": recurrent(gru_cell, ("initialH",)),
    "RNN": recurrent(rnn_cell, ("initialH",)),
}

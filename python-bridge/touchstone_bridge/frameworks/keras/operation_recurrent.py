"""LSTM, GRU and RNN as `keras.ops.scan` over the steps, in ONNX's layout and order of gates.

Keras's own layers have their weights as variables, each direction its own; here weights may be computed.
"""

from __future__ import annotations

from typing import Callable, Mapping, Optional, Tuple

from keras import ops

from .operation_call import Call, Settings, Tensor, type_of

# Hidden state first.
State = Tuple[Tensor, ...]
# (state, the step's share of the gates) → the next state.
Cell = Callable[[State, Tensor], State]
# Of settings, R of one direction and the recurrent bias, which is None where it is in the gates' share already.
MakeCell = Callable[[Settings, Tensor, Optional[Tensor]], Cell]

DIRECTIONS = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}


def turned(matrix: Tensor) -> Tensor:
    return ops.transpose(matrix, (1, 0))


def lstm_cell(_: Settings, recurrent: Tensor, __: Optional[Tensor]) -> Cell:
    weights = turned(recurrent)

    def cell(state: State, share: Tensor) -> State:
        hidden, memory = state
        i, o, f, c = ops.split(share + ops.matmul(hidden, weights), 4, axis=-1)
        memory = ops.sigmoid(f) * memory + ops.sigmoid(i) * ops.tanh(c)
        return ops.sigmoid(o) * ops.tanh(memory), memory

    return cell


def gru_cell(settings: Settings, recurrent: Tensor, bias: Optional[Tensor]) -> Cell:
    size = settings["hidden"]
    gates, candidate = turned(recurrent[: 2 * size]), turned(recurrent[2 * size :])

    def cell(state: State, share: Tensor) -> State:
        (hidden,) = state
        z, r = ops.split(ops.sigmoid(share[:, : 2 * size] + ops.matmul(hidden, gates)), 2, axis=-1)
        if settings["linearBeforeReset"]:
            product = ops.matmul(hidden, candidate)
            past = r * (product if bias is None else product + bias)
        else:
            past = ops.matmul(r * hidden, candidate)
        return ((1 - z) * ops.tanh(share[:, 2 * size :] + past) + z * hidden,)

    return cell


def rnn_cell(_: Settings, recurrent: Tensor, __: Optional[Tensor]) -> Cell:
    weights = turned(recurrent)
    return lambda state, share: (ops.tanh(share + ops.matmul(state[0], weights)),)


def biases(settings: Settings, bias: Tensor) -> Tuple[Tensor, Optional[Tensor]]:
    """Both halves as one, but for the candidate of a GRU whose reset comes after its product: that stays inside."""
    outer, inner = ops.split(bias, 2, axis=0)
    if not settings.get("linearBeforeReset"):
        return outer + inner, None
    size = 2 * settings["hidden"]
    return ops.concatenate([outer[:size] + inner[:size], outer[size:]], axis=0), inner[size:]


def recurrent(make: MakeCell, states: Tuple[str, ...]) -> Call:
    """@param states: names of the first ones."""

    def call(settings: Settings, x: Tensor, w: Tensor, r: Tensor, *rest: Tensor) -> Tuple[Tensor, ...]:
        given = dict(zip(settings["given"], rest))
        zeros = ops.zeros((x.shape[1], settings["hidden"]), type_of(x))
        sequences, lasts = [], []
        for number, backward in enumerate(DIRECTIONS[settings["direction"]]):
            share, inner = ops.matmul(x, turned(w[number])), None
            if "bias" in given:
                outer, inner = biases(settings, given["bias"][number])
                share = share + outer
            first = tuple(given[name][number] if name in given else zeros for name in states)
            last, sequence = run(make(settings, r[number], inner), first, share, backward)
            lasts.append(last)
            sequences.append(sequence)
        ends = tuple(ops.stack(each, axis=0) for each in zip(*lasts))
        return (ops.stack(sequences, axis=1), *ends)

    return call


def run(cell: Cell, first: State, share: Tensor, backward: bool) -> Tuple[State, Tensor]:
    """One direction. On TensorFlow what a step gives has to look like the state."""

    def step(state: State, part: Tensor) -> Tuple[State, State]:
        state = cell(state, part)
        return state, state

    last, sequences = ops.scan(step, first, share, reverse=backward)
    return last, sequences[0]


RECURRENT: Mapping[str, Call] = {
    "LSTM": recurrent(lstm_cell, ("initialH", "initialC")),
    "GRU": recurrent(gru_cell, ("initialH",)),
    "RNN": recurrent(rnn_cell, ("initialH",)),
}

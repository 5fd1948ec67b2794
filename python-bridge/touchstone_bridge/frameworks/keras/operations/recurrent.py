"""LSTM, GRU and RNN as `keras.ops.scan` over the steps; with their own weights they are layers (`layers/recurrent.py`).

Weights are [inputs, gates·hidden] with gates in Keras's order, x is [batch, steps, inputs]: see `RecurrentForm` of
`adapters/keras/capabilities.ts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keras import ops

from ....lowering.directions import directions
from .call import Call, Settings, Tensor, type_of

# The hidden state first.
State = tuple[Tensor, ...]
# From a state and the step's product with x to the next state.
Cell = Callable[[State, Tensor], State]
# From settings, and the operands of one direction by name.
MakeCell = Callable[[Settings, Mapping[str, Tensor]], Cell]
Activation = Callable[[Tensor], Tensor]


def hard_sigmoid(x: Tensor) -> Tensor:
    """ONNX's default slope; Keras 3 has another function by this name."""
    return ops.clip(0.2 * x + 0.5, 0, 1)


GATES: Mapping[str, Activation] = {"Sigmoid": ops.sigmoid, "HardSigmoid": hard_sigmoid}
CELLS: Mapping[str, Activation] = {"Tanh": ops.tanh, "Relu": ops.relu}


def activations(settings: Settings) -> tuple[Activation, Activation]:
    """For the gates, and for the cell or the state."""
    given = settings.get("activations", {"gates": "Sigmoid", "cell": "Tanh"})
    return GATES[given["gates"]], CELLS[given["cell"]]


def lstm_cell(settings: Settings, weights: Mapping[str, Tensor]) -> Cell:
    gate, activate = activations(settings)

    def cell(state: State, product: Tensor) -> State:
        hidden, memory = state
        i, f, c, o = ops.split(product + ops.matmul(hidden, weights["r"]), 4, axis=-1)
        memory = gate(f) * memory + gate(i) * activate(c)
        return gate(o) * activate(memory), memory

    return cell


def gru_cell(settings: Settings, weights: Mapping[str, Tensor]) -> Cell:
    gate, activate = activations(settings)
    size = 2 * settings["hidden"]
    recurrent, bias = weights["r"], weights.get("recurrentBias", 0)

    def after_product(state: State, product: Tensor) -> State:
        """The reset gate scales the recurrent product: linear_before_reset 1."""
        (hidden,) = state
        past = ops.matmul(hidden, recurrent) + bias
        z, r = ops.split(gate(product[:, :size] + past[:, :size]), 2, axis=-1)
        return ((1 - z) * activate(product[:, size:] + r * past[:, size:]) + z * hidden,)

    def before_product(state: State, product: Tensor) -> State:
        (hidden,) = state
        whole = product + bias
        z, r = ops.split(gate(whole[:, :size] + ops.matmul(hidden, recurrent[:, :size])), 2, axis=-1)
        candidate = activate(whole[:, size:] + ops.matmul(r * hidden, recurrent[:, size:]))
        return ((1 - z) * candidate + z * hidden,)

    return after_product if settings["linearBeforeReset"] else before_product


def rnn_cell(settings: Settings, weights: Mapping[str, Tensor]) -> Cell:
    _, activate = activations(settings)
    return lambda state, product: (activate(product + ops.matmul(state[0], weights["r"])),)


def recurrent(make: MakeCell, states: tuple[str, ...]) -> Call:
    """@param states: names of the first ones."""

    def call(settings: Settings, x: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        zeros = ops.zeros((x.shape[0], settings["hidden"]), type_of(x))
        sequences, lasts = [], []
        for weights, backward in directions(settings, rest):
            product = ops.matmul(x, weights["w"])
            if "bias" in weights:
                product = product + weights["bias"]
            first = tuple(weights.get(name, zeros) for name in states)
            last, sequence = run(make(settings, weights), first, product, backward)
            sequences.append(sequence)
            lasts.append(last)
        ends: Any = zip(*lasts)
        return joined(sequences), *(joined(list(each)) for each in ends)

    return call


def run(cell: Cell, first: State, product: Tensor, backward: bool) -> tuple[State, Tensor]:
    """The last state and every hidden one. On TensorFlow a step's result has to look like the state."""

    def step(state: State, part: Tensor) -> tuple[State, State]:
        state = cell(state, part)
        return state, state

    last, sequences = ops.scan(step, first, ops.transpose(product, (1, 0, 2)), reverse=backward)
    return last, ops.transpose(sequences[0], (1, 0, 2))


def joined(each: list[Tensor]) -> Tensor:
    """Forward, then backward, along the last axis."""
    return each[0] if len(each) == 1 else ops.concatenate(each, axis=-1)


RECURRENT: Mapping[str, Call] = {
    "LSTM": recurrent(lstm_cell, ("initialH", "initialC")),
    "GRU": recurrent(gru_cell, ("initialH",)),
    "RNN": recurrent(rnn_cell, ("initialH",)),
}

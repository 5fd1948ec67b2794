"""LSTM, GRU and RNN as `lax.scan` over the steps, as its documentation writes a recurrent network.

Weights are [inputs, gates·hidden] with gates in ONNX's order, x is [steps, batch, inputs]: see `RecurrentForm` of
`adapters/jax/capabilities.ts`.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Tuple

import jax
import jax.numpy as jnp
from jax import lax

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
        i, o, f, c = jnp.split(product + hidden @ weights["r"], 4, axis=-1)
        memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * jnp.tanh(c)
        return jax.nn.sigmoid(o) * jnp.tanh(memory), memory

    return cell


def gru_cell(settings: Settings, weights: Mapping[str, Tensor]) -> Cell:
    size = settings["hidden"]
    recurrent, bias = weights["r"], weights.get("recurrentBias", 0)

    def after_product(state: State, product: Tensor) -> State:
        """The reset gate scales the recurrent product: linear_before_reset 1."""
        (hidden,) = state
        given = jnp.split(product, 3, axis=-1)
        past = jnp.split(hidden @ recurrent + bias, 3, axis=-1)
        z = jax.nn.sigmoid(given[0] + past[0])
        r = jax.nn.sigmoid(given[1] + past[1])
        return (z * hidden + (1 - z) * jnp.tanh(given[2] + r * past[2]),)

    def before_product(state: State, product: Tensor) -> State:
        (hidden,) = state
        whole = product + bias
        gates = whole[:, : 2 * size] + hidden @ recurrent[:, : 2 * size]
        z, r = jnp.split(jax.nn.sigmoid(gates), 2, axis=-1)
        candidate = jnp.tanh(whole[:, 2 * size :] + (r * hidden) @ recurrent[:, 2 * size :])
        return ((1 - z) * candidate + z * hidden,)

    return after_product if settings["linearBeforeReset"] else before_product


def rnn_cell(_: Settings, weights: Mapping[str, Tensor]) -> Cell:
    return lambda state, product: (jnp.tanh(product + state[0] @ weights["r"]),)


def recurrent(make: MakeCell, states: Tuple[str, ...]) -> Call:
    """@param states: names of the first ones."""

    def call(settings: Settings, x: Tensor, *rest: Tensor) -> Tuple[Tensor, ...]:
        keeps = "sequence" in settings["read"]
        zeros = jnp.zeros((x.shape[1], settings["hidden"]), x.dtype)
        sequences, lasts = [], []
        for weights, backward in directions(settings, rest):
            first = tuple(weights.get(name, zeros) for name in states)
            last, sequence = run(make(settings, weights), weights, first, x, backward, keeps)
            lasts.append(last)
            sequences.append(sequence)
        ends = tuple(joined(each) for each in zip(*lasts))
        # Nothing reads a sequence that was not kept: any tensor may stand for it.
        return (joined(sequences) if keeps else ends[0], *ends)

    return call


def joined(directions: Any) -> Tensor:
    """Forward, then backward, along the last axis."""
    return directions[0] if len(directions) == 1 else jnp.concatenate(directions, axis=-1)


def run(
    cell: Cell, weights: Mapping[str, Tensor], first: State, x: Tensor, backward: bool, keeps: bool
) -> Tuple[State, Any]:
    """One direction. States that nothing reads would be kept for the gradient as well.

    The product with x is one of the steps: XLA makes slower code on the CPU of one product for all of them.
    """

    def step(state: State, part: Tensor) -> Tuple[State, Optional[Tensor]]:
        state = cell(state, part @ weights["w"] + weights.get("bias", 0))
        return state, state[0] if keeps else None

    last, sequence = lax.scan(step, first, x, reverse=backward)
    return last, sequence


RECURRENT: Mapping[str, Call] = {
    "LSTM": recurrent(lstm_cell, ("initialH", "initialC")),
    "GRU": recurrent(gru_cell, ("initialH",)),
    "RNN": recurrent(rnn_cell, ("initialH",)),
}

"""LSTM, GRU and RNN as `lax.scan` over the steps, in ONNX's layout and order of gates."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Tuple

import jax
import jax.numpy as jnp
from jax import lax

from .operation_call import Call, Settings
from .operations import Tensor

# Hidden state first.
State = Tuple[Tensor, ...]
# (state, the step's share of the gates) → the next state.
Cell = Callable[[State, Tensor], State]
# Of settings, R of one direction and the recurrent bias, which is None where it is in the gates' share already.
MakeCell = Callable[[Settings, Tensor, Optional[Tensor]], Cell]

DIRECTIONS = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}


def lstm_cell(_: Settings, recurrent: Tensor, __: Optional[Tensor]) -> Cell:
    def cell(state: State, share: Tensor) -> State:
        hidden, memory = state
        i, o, f, c = jnp.split(share + hidden @ recurrent.T, 4, axis=-1)
        memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * jnp.tanh(c)
        return jax.nn.sigmoid(o) * jnp.tanh(memory), memory

    return cell


def gru_cell(settings: Settings, recurrent: Tensor, bias: Optional[Tensor]) -> Cell:
    size = settings["hidden"]
    gates, candidate = recurrent[: 2 * size].T, recurrent[2 * size :].T

    def cell(state: State, share: Tensor) -> State:
        (hidden,) = state
        z, r = jnp.split(jax.nn.sigmoid(share[:, : 2 * size] + hidden @ gates), 2, axis=-1)
        if settings["linearBeforeReset"]:
            product = hidden @ candidate
            past = r * (product if bias is None else product + bias)
        else:
            past = (r * hidden) @ candidate
        return ((1 - z) * jnp.tanh(share[:, 2 * size :] + past) + z * hidden,)

    return cell


def rnn_cell(_: Settings, recurrent: Tensor, __: Optional[Tensor]) -> Cell:
    return lambda state, share: (jnp.tanh(share + state[0] @ recurrent.T),)


def biases(settings: Settings, bias: Tensor) -> Tuple[Tensor, Optional[Tensor]]:
    """Both halves as one, but for the candidate of a GRU whose reset comes after its product: that stays inside."""
    outer, inner = jnp.split(bias, 2)
    if not settings.get("linearBeforeReset"):
        return outer + inner, None
    size = settings["hidden"]
    return outer.at[: 2 * size].add(inner[: 2 * size]), inner[2 * size :]


def recurrent(make: MakeCell, states: Tuple[str, ...]) -> Call:
    """@param states: names of the first ones."""

    def call(settings: Settings, x: Tensor, w: Tensor, r: Tensor, *rest: Tensor) -> Tuple[Tensor, ...]:
        given = dict(zip(settings["given"], rest))
        keeps = "sequence" in settings["read"]
        zeros = jnp.zeros((x.shape[1], settings["hidden"]), x.dtype)
        sequences, lasts = [], []
        for number, backward in enumerate(DIRECTIONS[settings["direction"]]):
            share, inner = x @ w[number].T, None
            if "bias" in given:
                outer, inner = biases(settings, given["bias"][number])
                share = share + outer
            first = tuple(given[name][number] if name in given else zeros for name in states)
            last, sequence = run(make(settings, r[number], inner), first, share, backward, keeps)
            lasts.append(last)
            sequences.append(sequence)
        ends = tuple(jnp.stack(each) for each in zip(*lasts))
        # Nobody reads a sequence that was not kept: anything may stand for it.
        return (jnp.stack(sequences, 1) if keeps else ends[0], *ends)

    return call


def run(cell: Cell, first: State, share: Tensor, backward: bool, keeps: bool) -> Tuple[State, Any]:
    """One direction. States that nobody reads would be kept for the gradient as well."""

    def step(state: State, part: Tensor) -> Tuple[State, Optional[Tensor]]:
        state = cell(state, part)
        return state, state[0] if keeps else None

    last, sequence = lax.scan(step, first, share, reverse=backward)
    return last, sequence


RECURRENT: Mapping[str, Call] = {
    "LSTM": recurrent(lstm_cell, ("initialH", "initialC")),
    "GRU": recurrent(gru_cell, ("initialH",)),
    "RNN": recurrent(rnn_cell, ("initialH",)),
}

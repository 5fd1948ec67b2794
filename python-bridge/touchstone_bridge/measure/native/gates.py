"""Weights of recurrent layers from ONNX: gates of an LSTM in the order i, o, f, c, of a GRU z, r, h, one direction."""

from __future__ import annotations

from typing import Mapping, NamedTuple

import numpy as np

from ...artefact import Array

# Positions of a framework's gates in ONNX's order.
LSTM_IFCO = (0, 2, 3, 1)
LSTM_IFOC = (0, 2, 1, 3)
GRU_RZH = (1, 0, 2)
GRU_ZRH = (0, 1, 2)


class Recurrent(NamedTuple):
    """Gates stacked as rows: [gates * hidden, inputs], [gates * hidden, hidden], [gates * hidden] each."""

    kernel: Array
    recurrent: Array
    bias: Array
    # Zero, and not trained; see suites/lstm/row-lstm.ts.
    recurrent_bias: Array


def recurrent(weights: Mapping[str, Array], name: str, order: tuple[int, ...]) -> Recurrent:
    def ordered(stacked: Array) -> Array:
        gates = np.split(stacked, len(order))
        return np.ascontiguousarray(np.concatenate([gates[gate] for gate in order]))

    bias, recurrent_bias = np.split(weights[f"{name}.B"][0], 2)
    return Recurrent(
        ordered(weights[f"{name}.W"][0]),
        ordered(weights[f"{name}.R"][0]),
        ordered(bias),
        ordered(recurrent_bias),
    )

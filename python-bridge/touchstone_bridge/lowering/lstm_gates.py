"""LSTM weights of ONNX for frameworks that stack the four gates as rows too, in another order.

ONNX: W [directions, 4H, I], R [directions, 4H, H], B [directions, 8H] with the input's biases before the recurrent
ones, gates in the order input, output, forget, cell. In training the recurrent half of B is frozen at zero (see
suites/lstm/row-lstm.ts): gradients and weights of B have zeros there.
"""

from __future__ import annotations

from typing import Sequence

import numpy as np

from ..artefact import Array


def reorder(stacked: Array, order: Sequence[int]) -> Array:
    """Puts the four gates along the first axis into another order: block i of the result is block `order[i]`."""
    gates = np.split(stacked, 4)
    return np.ascontiguousarray(np.concatenate([gates[gate] for gate in order]))


def inverse(order: Sequence[int]) -> tuple[int, ...]:
    """The order that undoes `order`."""
    return tuple(int(position) for position in np.argsort(order))


def split_bias(bias: Array, trained: bool, name: str) -> tuple[Array, Array]:
    """(input's, recurrent) biases of one direction. ValueError where the frozen half of a trained bias is not zero."""
    first, second = np.split(bias, 2)
    if trained and second.any():
        raise ValueError(f"the recurrent half of {name} is not zero, and only one bias can be trained")
    return first, second


def joined_bias(first: Array) -> Array:
    """A trained bias of one direction back in ONNX's shape."""
    return np.concatenate([first, np.zeros_like(first)])

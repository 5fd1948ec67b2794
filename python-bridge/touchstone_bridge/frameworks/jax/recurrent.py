"""LSTM as `lax.scan` over the steps: forward, backward or both, from states that are zero or given."""

from __future__ import annotations

from typing import Callable, Optional, Sequence, Tuple

import jax.numpy as jnp
from jax import lax

from ...lowering.plan import Layer
from .operations import ACTIVATIONS, Operation, Tensor

State = Tuple[Tensor, Tensor]
# Of the gates, and of the cell.
Activations = Tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]


def lstm(layer: Layer) -> Operation:
    """Of [batch, steps, values]; gates in Keras's order, input, forget, cell, output."""
    settings = layer.settings
    directions = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[
        settings["direction"]
    ]
    outputs = settings["returns"]
    count = len(layer.weights) // len(directions)

    def apply(inputs: Sequence[Tensor], own: Sequence[Tensor]) -> Sequence[Tensor]:
        x, *given = inputs
        steps = jnp.swapaxes(x, 0, 1)
        zeros = jnp.zeros((x.shape[0], settings["units"]), x.dtype)
        found = [
            scan(
                steps,
                own[count * number : count * (number + 1)],
                (given[2 * number], given[2 * number + 1]) if given else (zeros, zeros),
                backward,
                "sequence" in outputs,
                (ACTIVATIONS[settings["recurrentActivation"]], ACTIVATIONS[settings["activation"]]),
            )
            for number, backward in enumerate(directions)
        ]
        return [joined([results[output] for results in found]) for output in outputs]

    return apply


def scan(
    steps: Tensor,
    weights: Sequence[Tensor],
    first: State,
    backward: bool,
    keeps: bool,
    activations: Activations,
) -> dict[str, Tensor]:
    """One direction over [steps, batch, values]. States that nobody reads would be kept for the gradient as well."""
    kernel, recurrent = weights[0], weights[1]
    gate, squash = activations
    bias = weights[2] if len(weights) > 2 else jnp.zeros(kernel.shape[1], kernel.dtype)

    def cell(state: State, x: Tensor) -> Tuple[State, Optional[Tensor]]:
        hidden, memory = state
        gates = x @ kernel + hidden @ recurrent + bias
        i, f, c, o = jnp.split(gates, 4, axis=-1)
        memory = gate(f) * memory + gate(i) * squash(c)
        hidden = gate(o) * squash(memory)
        return (hidden, memory), hidden if keeps else None

    (last, memory), sequence = lax.scan(cell, first, steps, reverse=backward)
    found = {"last": last, "cell": memory}
    return {**found, "sequence": jnp.swapaxes(sequence, 0, 1)} if keeps else found


def joined(directions: Sequence[Tensor]) -> Tensor:
    """Forward, then backward, along the last axis."""
    return directions[0] if len(directions) == 1 else jnp.concatenate(directions, axis=-1)

"""Caffe2's own recurrent layers: a cell of `rnn_cell` or `gru_cell` in a recurrent network operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from caffe2.python import core, gru_cell, recurrent, rnn_cell

from ..net import NetBuilder


@dataclass(frozen=True)
class Kind:
    # Of (model, sequence, lengths, states, values, hidden, …).
    cell: Callable[..., Any]
    # Names of its recurrent products: the rows of R are evenly divided among them.
    products: tuple[str, ...]
    # Names of the states that it takes, and for each output of the operation its position among the cell's results.
    states: tuple[str, ...]
    results: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


LSTM = Kind(rnn_cell.LSTM, ("gates_t",), ("initialH", "initialC"), (0, 1, 3))
GRU = Kind(gru_cell.GRU, ("reset_gate_t", "update_gate_t", "output_gate_t"), ("initialH",), (0, 1))
RNN = Kind(rnn_cell.BasicRNN, ("gates_t",), ("initialH",), (0, 1), {"activation": "tanh"})


def over_steps(
    builder: NetBuilder,
    kind: Kind,
    sequence: core.BlobReference,
    states: Sequence[core.BlobReference],
    sizes: tuple[int, int],
    scope: str,
    with_gradient: Sequence[int],
    **options: Any,
) -> list[core.BlobReference]:
    """One direction: all states [steps, batch, hidden]; the last one and an LSTM's last cell, [1, batch, hidden].

    @param sizes: input values and hidden units
    @param scope: prefix of the cell's blobs: `i2h_w` and `i2h_b`, and `{product}_w` and `{product}_b` for each product
    @param with_gradient: positions of the outputs through which a gradient flows back
    """
    before = len(builder.net.Proto().op)
    results = kind.cell(
        builder.model,
        sequence,
        None,
        list(states),
        *sizes,
        scope=scope,
        outputs_with_grads=[kind.results[position] for position in with_gradient],
        forward_only=not builder.training,
        **kind.options,
        **options,
    )
    for operator in builder.net.Proto().op[before:]:
        if operator.type == "RecurrentNetwork":
            # Steps run on a pool of threads, four by default; the gradient takes the argument over.
            recurrent.set_rnn_executor_config(operator, num_threads=builder.threads)
    return [results[position] for position in kind.results]


def full_lengths(builder: NetBuilder, steps: int, batch: int) -> core.BlobReference:
    """Every sequence of the batch has all steps."""
    return builder.feed(np.full(batch, steps, np.int32))


def reverse(
    builder: NetBuilder, sequence: core.BlobReference, lengths: core.BlobReference
) -> core.BlobReference:
    """The sequence in reverse, as Caffe2's bidirectional encoders compute it."""
    return builder.operate("ReversePackedSegs", [sequence, lengths])

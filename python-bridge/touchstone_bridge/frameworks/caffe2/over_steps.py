"""Caffe2's own recurrent layers: a cell of `rnn_cell` or `gru_cell` in a recurrent network operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from caffe2.python import core, recurrent

from .net_builder import NetBuilder


def over_steps(
    builder: NetBuilder,
    cell: Callable[..., Any],
    sequence: core.BlobReference,
    states: Sequence[core.BlobReference],
    sizes: tuple[int, int],
    scope: str,
    with_gradient: Sequence[int],
    **options: Any,
) -> tuple[core.BlobReference, ...]:
    """One direction: of each state all of them [steps, batch, hidden] and the last one [1, batch, hidden].

    @param sizes: values and hidden
    @param with_gradient: positions of the results from which a gradient comes
    """
    before = len(builder.net.Proto().op)
    results = cell(
        builder.model,
        sequence,
        None,
        list(states),
        *sizes,
        scope=scope,
        outputs_with_grads=list(with_gradient),
        forward_only=not builder.training,
        **options,
    )
    for operator in builder.net.Proto().op[before:]:
        if operator.type == "RecurrentNetwork":
            # Steps run on threads of their own, four unless it is told; the gradient takes the argument over.
            recurrent.set_rnn_executor_config(operator, num_threads=builder.threads)
    return tuple(results)


def full_lengths(builder: NetBuilder, steps: int, batch: int) -> core.BlobReference:
    """Every sequence of the batch is as long as the others."""
    return builder.feed(np.full(batch, steps, np.int32))


def reverse(
    builder: NetBuilder, sequence: core.BlobReference, lengths: core.BlobReference
) -> core.BlobReference:
    """The sequence from its end, as Caffe2's bidirectional encoders do it."""
    return builder.operate("ReversePackedSegs", [sequence, lengths])

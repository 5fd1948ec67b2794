"""LSTM, GRU and RNN as Caffe2's own cells over the steps, each with its weights in blobs of its own names.

ONNX stacks the gates of LSTM as input, output, forget, cell, and Caffe2 as input, forget, output, cell; those of GRU as
update, reset, hidden, and Caffe2 has reset and update the other way round, with a recurrent product for each. Of a
bias that learns the recurrent half does not (see suites/lstm/row-lstm.ts), so it is a blob that no training moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from caffe2.python import core, gru_cell, rnn_cell

from ...artefact import Array
from .operation_builder import Build, OperationBuilder, Step
from .operation_shapes import part
from .over_steps import full_lengths, over_steps, reverse


@dataclass(frozen=True)
class Kind:
    cell: Callable[..., Any]
    # Positions of ONNX's gates in Caffe2's order.
    gates: tuple[int, ...]
    # Recurrent products, each of as many gates as the others.
    products: tuple[str, ...]
    # Names of the states that it takes, and positions of what it gives that the operation has: all, last, last cell.
    states: tuple[str, ...]
    results: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


LSTM = Kind(rnn_cell.LSTM, (0, 2, 1, 3), ("gates_t",), ("initialH", "initialC"), (0, 1, 3))
GRU = Kind(gru_cell.GRU, (1, 0, 2), ("reset_gate_t", "update_gate_t", "output_gate_t"), ("initialH",), (0, 1))
RNN = Kind(rnn_cell.BasicRNN, (0,), ("gates_t",), ("initialH",), (0, 1), {"activation": "tanh"})

RESULTS = ("sequence", "last", "cell")
# A blob, and the rows that it has of a weight.
Rows = Sequence["tuple[str, Array]"]


def recurrent(kind: Kind) -> Build:
    def build(step: Step) -> Sequence[core.BlobReference]:
        builder, settings = step.builder, step.settings
        given = dict(zip(("x", "w", "r", *settings["given"]), step.operation.inputs))
        directions = 2 if settings["direction"] == "bidirectional" else 1
        backward = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
        scopes = [f"cell_{str(builder.fresh('scope')).rpartition('_')[2]}" for _ in range(directions)]
        hold_weights(
            builder, kind, given, settings["hidden"], [f"{builder.prefix}/{each}" for each in scopes]
        )
        results = [
            one_direction(step, kind, given, direction, scope, is_backward)
            for direction, (scope, is_backward) in enumerate(zip(scopes, backward[settings["direction"]]))
        ]
        parts = zip(RESULTS, zip(*results))
        # Nobody looks at what is not read: anything may stand for it.
        return [
            together(builder, list(each), name) if name in settings["read"] else each[0]
            for name, each in parts
        ]

    return build


def one_direction(
    step: Step, kind: Kind, given: Mapping[str, int], direction: int, scope: str, is_backward: bool
) -> list[core.BlobReference]:
    builder, settings = step.builder, step.settings
    steps, batch, values = step.shapes[0]
    lengths = full_lengths(builder, steps, batch) if is_backward else None
    wanted = [
        result
        for result, tensor in zip(kind.results, step.operation.outputs)
        if builder.carries(tensor) or not builder.training
    ]
    options = dict(kind.options)
    if "linearBeforeReset" in settings:
        options["linear_before_reset"] = settings["linearBeforeReset"]
    found = over_steps(
        builder,
        kind.cell,
        step.x if lengths is None else reverse(builder, step.x, lengths),
        [state(step, given, name, direction) for name in kind.states],
        (values, settings["hidden"]),
        scope,
        wanted,
        **options,
    )
    results = [found[position] for position in kind.results]
    if lengths is not None and "sequence" in settings["read"]:
        results[0] = reverse(builder, results[0], lengths)
    return results


def state(step: Step, given: Mapping[str, int], name: str, direction: int) -> core.BlobReference:
    """The direction's own first state, [1, batch, hidden]."""
    hidden, batch = step.settings["hidden"], step.shapes[0][1]
    if name not in given:
        return step.builder.feed(np.zeros((1, batch, hidden), np.float32))
    whole, shape = step.builder.value(given[name]), step.builder.shape(given[name])
    return whole if shape[0] == 1 else part(step.builder, whole, shape, 0, direction, direction + 1)


def together(builder: OperationBuilder, parts: list[core.BlobReference], name: str) -> core.BlobReference:
    """The directions' states as one: [steps, directions, batch, hidden], or [directions, batch, hidden] at the end."""
    if name == "sequence":
        parts = [builder.operate("ExpandDims", [each], dims=[1]) for each in parts]
    return parts[0] if len(parts) == 1 else builder.joined(parts, 1 if name == "sequence" else 0)


def hold_weights(
    builder: OperationBuilder, kind: Kind, given: Mapping[str, int], hidden: int, scopes: Sequence[str]
) -> None:
    """W, R and the biases of all directions, as the cells' own blobs."""
    size = len(kind.gates) * hidden
    apart = [
        np.concatenate([np.arange(hidden) + gate * hidden for gate in kind.gates]) + direction * size
        for direction in range(len(scopes))
    ]
    products = [np.split(rows, len(kind.products)) for rows in apart]
    of_input = [(f"{scope}/i2h", rows) for scope, rows in zip(scopes, apart)]
    of_state = [
        (f"{scope}/{name}", rows)
        for scope, parts in zip(scopes, products)
        for name, rows in zip(kind.products, parts)
    ]
    for tensor, blobs in ((given["w"], of_input), (given["r"], of_state)):
        hold(builder, tensor, [(f"{name}_w", rows) for name, rows in blobs], len(blobs))
    # Each direction has the biases of its input before those of its state.
    first = [(f"{name}_b", rows + rows // size * size) for name, rows in of_input]
    second = [(f"{name}_b", rows + (rows // size + 1) * size) for name, rows in of_state]
    if "bias" in given:
        hold(builder, given["bias"], [*first, *second], len(first))
        return
    for name, rows in (*first, *second):
        builder.values[name] = np.zeros(len(rows), np.float32)


def hold(builder: OperationBuilder, tensor: int, blobs: Rows, learning: int) -> None:
    """A constant's rows are put in place at load; those of what is computed, or shared, are gathered each time.

    @param learning: how many of the blobs training moves, if it moves the weight
    """
    shape = builder.shape(tensor)
    # A bias has its rows in the second axis.
    flat = [shape[0] * shape[1], *shape[2:]]
    own = builder.own(tensor)
    if own is None:
        whole = builder.reshaped(builder.value(tensor), flat)
        for name, rows in blobs:
            builder.net.Gather([whole, builder.feed(rows)], core.BlobReference(name), dense_gradient=True)
        return
    onnx_name, array = own
    for name, rows in blobs:
        builder.values[name] = np.ascontiguousarray(array.reshape(flat)[rows])

    def assemble(arrays: Sequence[Array]) -> Array:
        whole = np.zeros(flat, array.dtype)
        for (_, rows), part_of_it in zip(blobs, arrays):
            whole[rows] = part_of_it
        return whole.reshape(shape)

    if onnx_name is not None:
        builder.bind(onnx_name, [core.BlobReference(name) for name, _ in blobs[:learning]], assemble)


RECURRENT: dict[str, Build] = {"LSTM": recurrent(LSTM), "GRU": recurrent(GRU), "RNN": recurrent(RNN)}

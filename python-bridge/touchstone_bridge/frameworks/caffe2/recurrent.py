"""LSTM as Caffe2's own, `rnn_cell.LSTM`: one FC over the whole sequence, then a recurrent network operator.

Sequences are [steps, batch, values] in both. ONNX stacks the gates in the order input, output, forget, cell; Caffe2
in the order input, forget, output, cell. ONNX's two biases a gate are those of Caffe2's two FCs. In training they are
one trainable bias, that of the input, and the recurrent one is a frozen zero: training both would double the bias's
learning rate against frameworks that have one. B is then reported with zeros in its second half.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from caffe2.python import core, rnn_cell

from ...artefact import Array, Node
from ...lowering.attributes import integer, refuse, text
from ...lowering.lstm_gates import joined_bias, reorder
from .builder import Builder
from .over_steps import full_lengths, over_steps, reverse

# Positions of ONNX's gates in Caffe2's order; the same the other way round.
ORDER = (0, 2, 1, 3)
DIRECTIONS = {"forward": 1, "bidirectional": 2}
DEFAULT_ACTIVATIONS = ["sigmoid", "tanh", "tanh"]


def lstm(builder: Builder, node: Node) -> None:
    check(builder, node)
    directions = DIRECTIONS[text(node, "direction", "forward")]
    wanted = [position for position, name in enumerate(node.outputs) if builder.is_needed(name)]
    sequence = builder.value(node.inputs[0])
    steps, batch = builder.shape(node.inputs[0])[:2]
    lengths = full_lengths(builder, steps, batch) if directions == 2 else None
    states = initial_states(builder, node, directions)
    weights: list[tuple[core.BlobReference, ...]] = []
    results: list[list[core.BlobReference]] = []
    for direction in range(directions):
        scope = f"lstm_{str(builder.fresh('scope')).rpartition('_')[2]}"
        operand = reverse(builder, sequence, lengths) if direction == 1 else sequence
        results.append(layer(builder, node, scope, operand, states[direction], wanted))
        weights.append(hold(builder, node, direction, f"{builder.prefix}/{scope}"))
    bind(builder, node, weights)
    if directions == 2:
        results[1][0] = reverse(builder, results[1][0], lengths) if 0 in wanted else results[1][0]
    define_outputs(builder, node, results)


def check(builder: Builder, node: Node) -> None:
    """Refuses what the cell does not have."""
    direction = text(node, "direction", "forward")
    refuse(node, unless=direction in DIRECTIONS, because=f"with direction {direction}")
    activations = node.attributes.get("activations") or []
    names = [str(name).lower() for name in activations] if isinstance(activations, list) else [""]
    defaults = DEFAULT_ACTIVATIONS * DIRECTIONS[direction]
    refuse(node, unless=names in ([], defaults), because="with activations other than Sigmoid, Tanh, Tanh")
    refuse(node, unless="clip" not in node.attributes, because="with clip")
    refuse(node, unless=integer(node, "input_forget", 0) == 0, because="with input_forget 1")
    refuse(node, unless=integer(node, "layout", 0) == 0, because="with layout 1")
    refuse(node, unless=not builder.has_input(node, 4), because="with sequence_lens")
    refuse(node, unless=not builder.has_input(node, 7), because="with peepholes (input P)")
    both = builder.has_input(node, 5) == builder.has_input(node, 6)
    refuse(node, unless=both, because="with only one of initial_h and initial_c")


def layer(
    builder: Builder,
    node: Node,
    scope: str,
    sequence: core.BlobReference,
    states: Sequence[core.BlobReference],
    wanted: Sequence[int],
) -> list[core.BlobReference]:
    """One direction: all hidden states [steps, batch, hidden], the last one and the last cell [1, batch, hidden]."""
    sizes = (builder.shape(node.inputs[0])[2], builder.shape(node.inputs[2])[2])
    # Of (all hidden, last hidden, all cells, last cell), what the loss depends on: no other has a gradient.
    with_gradient = [(0, 1, 3)[position] for position in wanted]
    hidden_all, hidden_last, _, cell_last = over_steps(
        builder, rnn_cell.LSTM, sequence, states, sizes, scope, with_gradient
    )
    return [hidden_all, hidden_last, cell_last]


def hold(builder: Builder, node: Node, direction: int, scope: str) -> tuple[core.BlobReference, ...]:
    """Values of the layer's four blobs: input weight and bias, recurrent weight and bias."""
    names = tuple(f"{scope}/{name}" for name in ("i2h_w", "i2h_b", "gates_t_w", "gates_t_b"))
    input_weight, recurrent_weight = (
        builder.constant(node, 1)[direction],
        builder.constant(node, 2)[direction],
    )
    rows = input_weight.shape[0]
    biases = np.zeros(2 * rows, input_weight.dtype)
    if builder.has_input(node, 3):
        biases = builder.constant(node, 3)[direction]
    first, second = biases[:rows], biases[rows:]
    if builder.has_input(node, 3) and builder.is_trainable(node.inputs[3]):
        first, second = first + second, np.zeros_like(second)
    for name, value in zip(names, (input_weight, first, recurrent_weight, second)):
        builder.values[name] = reorder(value, ORDER)
    return tuple(core.BlobReference(name) for name in names)


def bind(builder: Builder, node: Node, weights: Sequence[Sequence[core.BlobReference]]) -> None:
    """Which blobs of all directions hold W, R and B."""
    for position, blob in ((1, 0), (2, 2)):
        blobs = [held[blob] for held in weights]
        builder.bind(
            node.inputs[position], blobs, lambda arrays: np.stack([reorder(array, ORDER) for array in arrays])
        )
    if builder.has_input(node, 3):
        builder.bind(node.inputs[3], [held[1] for held in weights], with_frozen_half)


def with_frozen_half(arrays: Sequence[Array]) -> Array:
    """The trained bias of each direction as ONNX's B, the recurrent half zero."""
    return np.stack([joined_bias(reorder(array, ORDER)) for array in arrays])


def initial_states(builder: Builder, node: Node, directions: int) -> list[list[core.BlobReference]]:
    """[h, c] for each direction: [1, batch, hidden], cut from ONNX's; zeros where there are none."""
    hidden, batch = builder.shape(node.inputs[2])[2], builder.shape(node.inputs[0])[1]
    if not builder.has_input(node, 5):
        zeros = np.zeros((1, batch, hidden), np.float32)
        return [[builder.feed(zeros), builder.feed(zeros)] for _ in range(directions)]
    states = [builder.value(node.inputs[position]) for position in (5, 6)]
    if directions == 1:
        return [states]
    return [
        [
            builder.operate("Slice", [state], starts=[direction, 0, 0], ends=[direction + 1, -1, -1])
            for state in states
        ]
        for direction in range(directions)
    ]


def define_outputs(builder: Builder, node: Node, results: Sequence[Sequence[core.BlobReference]]) -> None:
    """Y [steps, directions, batch, hidden], Y_h and Y_c [directions, batch, hidden], those that are needed."""
    for position, name in enumerate(node.outputs):
        if not builder.is_needed(name):
            continue
        parts = [result[position] for result in results]
        if position == 0:
            parts = [builder.operate("ExpandDims", [part], dims=[1]) for part in parts]
        if len(parts) > 1:
            outputs = [builder.fresh("concat"), builder.fresh("split")]
            parts = [builder.net.Concat(parts, outputs, axis=1 if position == 0 else 0)[0]]
        builder.define(name, parts[0])


OPERATORS = {"LSTM": lstm}

"""LSTM as MXNet's fused `RNN` operator, the one below `gluon.rnn.LSTM`; its parameters are one vector, as there.

MXNet stacks the gates as input, forget, cell, output.
"""

from __future__ import annotations

from typing import List

import mxnet as mx
import numpy as np

from ...artefact import Array, Node
from ...lowering.attributes import integer, refuse, text
from ...lowering.lstm_gates import inverse, joined_bias, reorder, split_bias
from .builder import Builder
from .symbol_builder import Symbol

# Positions of ONNX's gates in MXNet's order.
TO_MXNET = (0, 2, 3, 1)
TO_ONNX = inverse(TO_MXNET)
DIRECTIONS = {"forward": 1, "bidirectional": 2}
DEFAULT_ACTIVATIONS = ["sigmoid", "tanh", "tanh"]


def lstm(builder: Builder, node: Node) -> None:
    check(builder, node)
    directions = DIRECTIONS[text(node, "direction", "forward")]
    hidden = builder.constant(node, 2).shape[-1]
    batch = builder.shape(node.inputs[0])[1]
    states = [
        builder.value(node.inputs[position])
        if builder.has_input(node, position)
        else mx.sym.zeros(shape=(directions, batch, hidden))
        for position in (5, 6)
    ]
    result = mx.sym.RNN(
        builder.value(node.inputs[0]),
        parameters(builder, node, directions, hidden),
        *states,
        state_size=hidden,
        num_layers=1,
        bidirectional=directions == 2,
        mode="lstm",
        state_outputs=True,
    )
    define_outputs(builder, node, result, directions, hidden)


def check(builder: Builder, node: Node) -> None:
    """Refuses what the operator does not have."""
    direction = text(node, "direction", "forward")
    refuse(node, unless=direction in DIRECTIONS, because=f"with direction {direction}")
    activations = node.attributes.get("activations") or []
    names = [str(name).lower() for name in activations] if isinstance(activations, list) else [""]
    defaults = DEFAULT_ACTIVATIONS * DIRECTIONS[direction]
    refuse(node, unless=names in ([], defaults), because="with activations other than Sigmoid, Tanh, Tanh")
    refuse(node, unless="clip" not in node.attributes, because="with clip")
    refuse(node, unless=integer(node, "input_forget", 0) == 0, because="with input_forget 1")
    refuse(node, unless=integer(node, "layout", 0) == 0, because="with layout 1")
    for position, name in ((4, "sequence_lens"), (7, "peepholes")):
        refuse(node, unless=not builder.has_input(node, position), because=f"with {name}")


def parameters(builder: Builder, node: Node, directions: int, hidden: int) -> Symbol:
    """All weights of each direction, then all biases: the vector that the operator takes."""
    inputs = directed(builder, node, 1)
    recurrent = directed(builder, node, 2)
    first, second = biases(builder, node, directions, hidden)
    weights = [symbol for pair in zip(inputs, recurrent) for symbol in pair]
    vectors = [symbol for pair in zip(first, second) for symbol in pair]
    flat = [mx.sym.reshape(symbol, shape=(-1,)) for symbol in [*weights, *vectors]]
    return mx.sym.concat(*flat, dim=0)


def directed(builder: Builder, node: Node, position: int) -> List[Symbol]:
    """W or R, a parameter for each direction."""
    name = node.inputs[position]
    symbols = [builder.parameter(reorder(part, TO_MXNET)) for part in builder.constant(node, position)]
    if builder.is_trained(name):
        builder.bind(name, symbols, lambda arrays: np.stack([reorder(array, TO_ONNX) for array in arrays]))
    return symbols


def biases(builder: Builder, node: Node, directions: int, hidden: int) -> tuple[List[Symbol], List[Symbol]]:
    """The operator has both biases; of a trained B only the first learns."""
    if not builder.has_input(node, 3):
        zeros = np.zeros(4 * hidden, np.float32)
        return [builder.parameter(zeros) for _ in range(directions)], [
            builder.parameter(zeros) for _ in range(directions)
        ]
    name = node.inputs[3]
    trained = builder.is_trained(name)
    halves = [split_bias(part, trained, name) for part in builder.constant(node, 3)]
    first = [builder.parameter(reorder(half[0], TO_MXNET)) for half in halves]
    second = [builder.parameter(reorder(half[1], TO_MXNET)) for half in halves]
    if trained:
        builder.bind(name, first, assembled_bias)
    return first, second


def assembled_bias(arrays: List[Array]) -> Array:
    """[directions, 8H]"""
    return np.stack([joined_bias(reorder(array, TO_ONNX)) for array in arrays])


def define_outputs(builder: Builder, node: Node, result: Symbol, directions: int, hidden: int) -> None:
    """Y [steps, directions, batch, hidden], Y_h and Y_c [directions, batch, hidden], those that are used."""
    names = [*node.outputs, "", "", ""][:3]
    if names[0]:
        steps, batch = builder.shape(node.inputs[0])[:2]
        split = mx.sym.reshape(result[0], shape=(steps, batch, directions, hidden))
        builder.define(names[0], mx.sym.transpose(split, axes=(0, 2, 1, 3)))
    for position, name in enumerate(names[1:], start=1):
        if name:
            builder.define(name, result[position])

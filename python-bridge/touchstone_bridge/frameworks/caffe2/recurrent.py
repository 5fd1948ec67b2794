"""LSTM as Caffe2's `rnn_cell.LSTM`, a recurrent net of its `LSTMUnit`.

Caffe2 stacks the gates as input, forget, output, cell. Its parameters are called `<scope>/i2h_w`, `i2h_b`, `gates_t_w`
and `gates_t_b`.
"""

from __future__ import annotations

import numpy as np
from caffe2.python import rnn_cell

from ...artefact import Array, Node
from ...lowering.attributes import integer, refuse, text
from ...lowering.lstm_gates import inverse, joined_bias, reorder, split_bias
from .builder import Builder

# Positions of ONNX's gates in Caffe2's order.
TO_CAFFE2 = (0, 2, 1, 3)
TO_ONNX = inverse(TO_CAFFE2)
DEFAULT_ACTIVATIONS = ["sigmoid", "tanh", "tanh"]


def lstm(builder: Builder, node: Node) -> None:
    check(builder, node)
    steps, batch, values = builder.shape(node.inputs[0])
    hidden = builder.constant(node, 2).shape[-1]
    zeros = builder.feed(np.zeros((1, batch, hidden), np.float32))
    lengths = builder.feed(np.full(batch, steps, np.int32))
    scope = builder.fresh("lstm")
    every, last, _, cell = rnn_cell.LSTM(
        builder.model,
        builder.value(node.inputs[0]),
        lengths,
        (zeros, zeros),
        values,
        hidden,
        scope,
        # Of every output, the last hidden state, every cell state and the last one: those that the graph goes on with.
        outputs_with_grads=[place for place, name in zip((0, 1, 3), [*node.outputs, "", ""]) if name],
        forward_only=not builder.training,
    )
    hold(builder, node, scope)
    define_outputs(builder, node, (str(every), str(last), str(cell)))


def check(builder: Builder, node: Node) -> None:
    """Refuses what the cell does not have."""
    direction = text(node, "direction", "forward")
    refuse(node, unless=direction == "forward", because=f"with direction {direction}")
    activations = node.attributes.get("activations") or []
    names = [str(name).lower() for name in activations] if isinstance(activations, list) else [""]
    refuse(node, unless=names in ([], DEFAULT_ACTIVATIONS), because="with activations other than the default")
    refuse(node, unless="clip" not in node.attributes, because="with clip")
    refuse(node, unless=integer(node, "input_forget", 0) == 0, because="with input_forget 1")
    refuse(node, unless=integer(node, "layout", 0) == 0, because="with layout 1")
    for position, name in ((4, "sequence_lens"), (5, "initial_h"), (6, "initial_c"), (7, "peepholes")):
        refuse(node, unless=not builder.has_input(node, position), because=f"with {name}")


def hold(builder: Builder, node: Node, scope: str) -> None:
    """Gives the cell its weights. It has both biases; of a trained B only the first learns."""
    hidden = builder.constant(node, 2).shape[-1]
    for position, parameter in ((1, "i2h_w"), (2, "gates_t_w")):
        blob = builder.feed(reorder(builder.constant(node, position)[0], TO_CAFFE2), f"{scope}/{parameter}")
        builder.bind(node.inputs[position], blob, lambda array: reorder(array, TO_ONNX)[None])
    first = second = np.zeros(4 * hidden, np.float32)
    if builder.has_input(node, 3):
        name = node.inputs[3]
        first, second = split_bias(builder.constant(node, 3)[0], builder.is_trained(name), name)
        builder.bind(name, f"{scope}/i2h_b", assembled_bias)
    builder.feed(reorder(first, TO_CAFFE2), f"{scope}/i2h_b")
    builder.feed(reorder(second, TO_CAFFE2), f"{scope}/gates_t_b")


def assembled_bias(array: Array) -> Array:
    """[1, 8H]"""
    return joined_bias(reorder(array, TO_ONNX))[None]


def define_outputs(builder: Builder, node: Node, results: tuple[str, str, str]) -> None:
    """Y [steps, 1, batch, hidden], Y_h and Y_c [1, batch, hidden], those that are used."""
    names = [*node.outputs, "", "", ""][:3]
    for name, blob in zip(names, results):
        if name:
            shape = list(builder.shape(name))
            builder.define(name, builder.emit("Reshape", [blob], outputs=2, shape=shape))

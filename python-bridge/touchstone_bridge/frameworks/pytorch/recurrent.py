"""LSTM as PyTorch's own fused layer.

ONNX stacks the gates in the order input, output, forget, cell; PyTorch in the order input, forget, cell, output.
ONNX has one tensor B [directions, 8 × hidden], the input's biases before the recurrent ones. In training they are one
trainable bias, `bias_ih`, and `bias_hh` is a frozen zero: training both would double the bias's learning rate against
frameworks that have one. B is then reported with zeros in its second half.
"""

from __future__ import annotations

import operator

import torch
from torch import fx, nn

from ...artefact import Node
from ...lowering.attributes import integer, integers, refuse, text
from .builder import Builder
from .recurrent_weights import DIRECTIONS, LSTM, Holder

DEFAULT_ACTIVATIONS = ["sigmoid", "tanh", "tanh"]


def lstm(builder: Builder, node: Node) -> None:
    check(builder, node)
    direction = text(node, "direction", "forward")
    suffixes = DIRECTIONS[direction]
    input_weight, recurrent_weight = builder.constant(node, 1), builder.constant(node, 2)
    hidden = recurrent_weight.shape[-1]
    transposition = absorbable_transposition(builder, node)
    has_bias = builder.has_input(node, 3)
    layer = nn.LSTM(
        input_weight.shape[-1],
        hidden,
        bias=has_bias,
        batch_first=transposition is not None,
        bidirectional=len(suffixes) == 2,
        device="meta",
    )
    holder = Holder(builder, layer, suffixes, LSTM)
    holder.weight(node.inputs[1], "weight_ih_l0", input_weight)
    holder.weight(node.inputs[2], "weight_hh_l0", recurrent_weight)
    if has_bias:
        holder.one_bias(node.inputs[3], builder.constant(node, 3))
    state = initial_state(builder, node)
    sequence = builder.value((transposition or node).inputs[0])
    if direction == "reverse":
        sequence = builder.call(torch.flip, sequence, (0 if transposition is None else 1,))
    result = builder.layer(layer, sequence) if state is None else builder.layer(layer, sequence, state)
    if transposition is not None:
        builder.remove(node.inputs[0])
    define_outputs(builder, node, result, len(suffixes), hidden)


def check(builder: Builder, node: Node) -> None:
    """Refuses what `nn.LSTM` does not have."""
    direction = text(node, "direction", "forward")
    refuse(node, unless=direction in DIRECTIONS, because=f"with direction {direction}")
    activations = node.attributes.get("activations") or []
    names = [str(name).lower() for name in activations] if isinstance(activations, list) else [""]
    defaults = DEFAULT_ACTIVATIONS * len(DIRECTIONS[direction])
    refuse(node, unless=names in ([], defaults), because="with activations other than Sigmoid, Tanh, Tanh")
    refuse(node, unless="clip" not in node.attributes, because="with clip")
    refuse(node, unless=integer(node, "input_forget", 0) == 0, because="with input_forget 1")
    refuse(node, unless=integer(node, "layout", 0) == 0, because="with layout 1")
    refuse(node, unless=not builder.has_input(node, 4), because="with sequence_lens")
    refuse(node, unless=not builder.has_input(node, 7), because="with peepholes (input P)")
    both = builder.has_input(node, 5) == builder.has_input(node, 6)
    refuse(node, unless=both, because="with only one of initial_h and initial_c")


def absorbable_transposition(builder: Builder, node: Node) -> Node | None:
    """The Transpose(1, 0, 2) through which the sequence comes batch first, which `batch_first` makes needless.

    Y would come batch first too, so only where it is unused.
    """
    source = builder.producer(node.inputs[0])
    if source is None or source.operator != "Transpose" or node.outputs[0]:
        return None
    alone = builder.only_consumer(node.inputs[0]) is node
    return source if alone and integers(source, "perm", ()) == (1, 0, 2) else None


def initial_state(builder: Builder, node: Node) -> tuple[fx.Node, fx.Node] | None:
    """(h, c), each [directions, batch, hidden] in both conventions; None for zeros."""
    if not builder.has_input(node, 5):
        return None
    return builder.value(node.inputs[5]), builder.value(node.inputs[6])


def define_outputs(builder: Builder, node: Node, result: fx.Node, directions: int, hidden: int) -> None:
    """Y [steps, directions, batch, hidden], Y_h and Y_c [directions, batch, hidden], those that are used."""
    names = [*node.outputs, "", "", ""][:3]
    if names[0]:
        steps, batch = builder.shape(node.inputs[0])[:2]
        sequence = builder.call(operator.getitem, result, 0)
        if text(node, "direction", "forward") == "reverse":
            sequence = builder.call(torch.flip, sequence, (0,))
        split = builder.call(torch.reshape, sequence, (steps, batch, directions, hidden))
        builder.define(names[0], builder.call(torch.permute, split, (0, 2, 1, 3)))
    if names[1] or names[2]:
        states = builder.call(operator.getitem, result, 1)
        for position, name in enumerate(names[1:]):
            if name:
                builder.define(name, builder.call(operator.getitem, states, position))


OPERATORS = {"LSTM": lstm}

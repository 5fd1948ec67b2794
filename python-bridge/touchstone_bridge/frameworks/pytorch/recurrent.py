"""LSTM as PyTorch's own fused layer.

ONNX stacks the gates in the order input, output, forget, cell; PyTorch in the order input, forget, cell, output.
ONNX has one tensor B [directions, 8 × hidden], the input's biases before the recurrent ones. In training they are one
trainable bias, `bias_ih`, and `bias_hh` is a frozen zero: training both would double the bias's learning rate against
frameworks that have one. B is then reported with zeros in its second half.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import torch
from torch import fx, nn

from ...artefact import Node
from ...lowering.attributes import integer, integers, refuse, text
from .builder import Builder

# Positions of ONNX's gates in PyTorch's order, and the other way round.
TO_TORCH = (0, 2, 3, 1)
TO_ONNX = (0, 3, 1, 2)
# Suffixes of a layer's parameters. PyTorch has no layer that only goes backwards: the steps are turned round for it.
DIRECTIONS = {"forward": ("",), "reverse": ("",), "bidirectional": ("", "_reverse")}
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
    hold(builder, node, 1, layer, "weight_ih_l0", suffixes, input_weight)
    hold(builder, node, 2, layer, "weight_hh_l0", suffixes, recurrent_weight)
    if has_bias:
        hold_biases(builder, node, layer, suffixes, hidden)
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


def hold(
    builder: Builder,
    node: Node,
    position: int,
    layer: nn.LSTM,
    name: str,
    suffixes: Sequence[str],
    weight: torch.Tensor,
) -> None:
    """Gives the layer a weight [directions, 4 × hidden, …], a parameter for each direction."""
    parameters = tuple(
        nn.Parameter(reorder(part, TO_TORCH), requires_grad=builder.is_trainable(node.inputs[position]))
        for part in weight
    )
    for suffix, parameter in zip(suffixes, parameters):
        setattr(layer, name + suffix, parameter)
    builder.bind(
        node.inputs[position],
        parameters,
        lambda tensors: torch.stack([reorder(tensor, TO_ONNX) for tensor in tensors]),
    )


def hold_biases(builder: Builder, node: Node, layer: nn.LSTM, suffixes: Sequence[str], hidden: int) -> None:
    """Gives the layer its two biases: as they are, or in training as one trainable sum and a frozen zero."""
    halves = builder.constant(node, 3).split(4 * hidden, dim=1)
    trainable = builder.is_trainable(node.inputs[3])
    first = halves[0] + halves[1] if trainable else halves[0]
    second = torch.zeros_like(halves[1]) if trainable else halves[1]
    parameters = tuple(nn.Parameter(reorder(part, TO_TORCH), requires_grad=trainable) for part in first)
    for direction, suffix in enumerate(suffixes):
        setattr(layer, f"bias_ih_l0{suffix}", parameters[direction])
        frozen = nn.Parameter(reorder(second[direction], TO_TORCH), requires_grad=False)
        setattr(layer, f"bias_hh_l0{suffix}", frozen)
    builder.bind(
        node.inputs[3],
        parameters,
        lambda tensors: torch.stack(
            [torch.cat([reorder(tensor, TO_ONNX), torch.zeros_like(tensor)]) for tensor in tensors]
        ),
    )


def reorder(stacked: torch.Tensor, order: Sequence[int]) -> torch.Tensor:
    """Puts the four gates along the first axis into another order."""
    gates = stacked.chunk(4)
    return torch.cat([gates[gate] for gate in order])


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

"""The operators of the training workloads, written out from the ONNX operator documentation in PyTorch float64.

Not our lowering and no `nn` layer: plain tensor arithmetic, of which PyTorch contributes only the differentiation.
Slow, and obviously right.
"""

from __future__ import annotations

from typing import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import unfold

from ..artefact import Attribute, Graph, Node

Values = dict[str, Tensor]


def evaluate_graph(graph: Graph, given: Values) -> Values:
    """Every value of the graph, from its inputs and weights."""
    values = dict(given)
    for node in graph.nodes:
        operation = OPERATIONS.get(node.operator)
        if operation is None:
            raise NotImplementedError(f"no equation for operator {node.operator} (node {node.name})")
        results = operation(node, [values[name] if name else None for name in node.inputs])
        for name, result in zip(node.outputs, results):
            if name and result is not None:
                values[name] = result
    return values


Inputs = Sequence["Tensor | None"]
Operation = Callable[[Node, Inputs], Sequence["Tensor | None"]]


def present(inputs: Inputs, index: int) -> Tensor:
    value = inputs[index]
    if value is None:
        raise ValueError(f"input {index} is missing")
    return value


def integers(node: Node, name: str, default: Attribute) -> list[int]:
    value = node.attributes.get(name, default)
    return [int(item) for item in value] if isinstance(value, list) else [int(value)]


def conv(node: Node, inputs: Inputs) -> list[Tensor]:
    """Cross-correlation: every output is the sum over its window, as a product with the unfolded input."""
    x, weight, bias = present(inputs, 0), present(inputs, 1), present(inputs, 2)
    top, left, bottom, right = integers(node, "pads", [0, 0, 0, 0])
    strides = integers(node, "strides", [1, 1])
    if integers(node, "dilations", [1, 1]) != [1, 1] or integers(node, "group", 1) != [1]:
        raise NotImplementedError("dilated and grouped convolutions")
    padded = torch.nn.functional.pad(x, (left, right, top, bottom))
    filters, _, height, width = weight.shape
    columns = unfold(padded, (height, width), stride=tuple(strides))
    rows = (padded.shape[2] - height) // strides[0] + 1
    flat = weight.reshape(filters, -1) @ columns + bias[:, None]
    return [flat.reshape(x.shape[0], filters, rows, -1)]


def max_pool(node: Node, inputs: Inputs) -> list[Tensor]:
    x = present(inputs, 0)
    (height, width), strides = integers(node, "kernel_shape", []), integers(node, "strides", [1, 1])
    if any(integers(node, "pads", [0, 0, 0, 0])):
        raise NotImplementedError("padded pooling")
    windows = x.unfold(2, height, strides[0]).unfold(3, width, strides[1])
    return [windows.flatten(-2).max(dim=-1).values]


def gemm(node: Node, inputs: Inputs) -> list[Tensor]:
    a, b = present(inputs, 0), present(inputs, 1)
    if integers(node, "transA", 0) != [0]:
        raise NotImplementedError("transposed first factor")
    product = a @ (b.T if integers(node, "transB", 0) == [1] else b)
    return [product + present(inputs, 2)]


def lstm(node: Node, inputs: Inputs) -> list[Tensor | None]:
    """ONNX LSTM, forward, default activations, layout 0; gates in the order i, o, f, c.

    i, o, f = σ(X·Wᵀ + H·Rᵀ + Wb + Rb); c = tanh(…); C = f ⊙ C + i ⊙ c; H = o ⊙ tanh(C).
    """
    x, weight, recurrence, bias = (present(inputs, index) for index in range(4))
    hidden_size = recurrence.shape[2]
    hidden = x.new_zeros(x.shape[1], hidden_size)
    cell = x.new_zeros(x.shape[1], hidden_size)
    both = bias[0, : 4 * hidden_size] + bias[0, 4 * hidden_size :]
    steps = []
    for step in x:
        gates = step @ weight[0].T + hidden @ recurrence[0].T + both
        i, o, f, c = gates.split(hidden_size, dim=1)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(c)
        hidden = torch.sigmoid(o) * torch.tanh(cell)
        steps.append(hidden)
    return [torch.stack(steps)[:, None], hidden[None], cell[None]]


def squeeze(node: Node, inputs: Inputs) -> list[Tensor]:
    axes = [int(axis) for axis in present(inputs, 1)]
    return [present(inputs, 0).squeeze(tuple(axes))]


OPERATIONS: dict[str, Operation] = {
    "Conv": conv,
    "MaxPool": max_pool,
    "Gemm": gemm,
    "LSTM": lstm,
    "Squeeze": squeeze,
    "Relu": lambda node, inputs: [present(inputs, 0).clamp(min=0)],
    "Flatten": lambda node, inputs: [present(inputs, 0).flatten(1)],
    "Transpose": lambda node, inputs: [present(inputs, 0).permute(integers(node, "perm", []))],
}

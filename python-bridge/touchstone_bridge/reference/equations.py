"""The operators of the training workloads as equations in PyTorch float64, from the ONNX operator documentation.

Independent of the lowering and of `torch.nn`: plain tensor arithmetic, to which PyTorch contributes only the
differentiation. Slow, and easy to verify.
"""

from __future__ import annotations

from typing import Callable, Sequence

import torch
from torch import Tensor

from ..artefact import Attribute, Graph, Node

Values = dict[str, Tensor]


def evaluate_graph(graph: Graph, given: Values) -> Values:
    """All values of the graph, given its inputs and weights."""
    values = dict(given)
    for node in graph.nodes:
        operation = OPERATIONS.get(node.operator)
        if operation is None:
            raise NotImplementedError(f"there is no equation for operator {node.operator} (node {node.name})")
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
        raise ValueError(f"required input {index} is omitted")
    return value


def integers(node: Node, name: str, default: Attribute) -> list[int]:
    value = node.attributes.get(name, default)
    return [int(item) for item in value] if isinstance(value, list) else [int(value)]


def decimal(node: Node, name: str, default: float) -> float:
    value = node.attributes.get(name, default)
    return float(value) if isinstance(value, (int, float)) else default


def spatial(node: Node, kernel: Sequence[int]) -> tuple[list[int], list[tuple[int, int]]]:
    """Strides, and begin and end pads of each axis."""
    if node.attributes.get("auto_pad", "NOTSET") != "NOTSET" or set(integers(node, "dilations", [1])) != {1}:
        raise NotImplementedError(f"{node.operator} (node {node.name}) with auto_pad or dilations")
    axes = len(kernel)
    pads = integers(node, "pads", [0] * (2 * axes))
    return integers(node, "strides", [1] * axes), list(zip(pads[:axes], pads[axes:]))


def windows(x: Tensor, kernel: Sequence[int], strides: Sequence[int]) -> Tensor:
    """[N, C, spatial…] → [N, C, positions…, kernel…]."""
    for axis, (size, stride) in enumerate(zip(kernel, strides)):
        x = x.unfold(axis + 2, size, stride)
    return x


def padded(x: Tensor, pads: Sequence[tuple[int, int]], fill: float) -> Tensor:
    edges = [edge for pair in reversed(pads) for edge in pair]
    return torch.nn.functional.pad(x, edges, value=fill)


def conv(node: Node, inputs: Inputs) -> list[Tensor]:
    """Cross-correlation: every output is the sum over its window, separately for each group of channels."""
    x, weight = present(inputs, 0), present(inputs, 1)
    strides, pads = spatial(node, weight.shape[2:])
    (groups,) = integers(node, "group", 1)
    axes = weight.dim() - 2
    parts = []
    for part, kernels in zip(padded(x, pads, 0.0).chunk(groups, 1), weight.chunk(groups, 0)):
        found = windows(part, weight.shape[2:], strides)
        # Sums over channels and window; the positions remain, between batch and filters.
        summed = [1, *range(2 + axes, 2 + 2 * axes)]
        product = torch.tensordot(found, kernels, dims=(summed, [1, *range(2, 2 + axes)]))
        parts.append(product.movedim(-1, 1))
    result = torch.cat(parts, 1)
    if len(inputs) > 2 and inputs[2] is not None:
        result = result + present(inputs, 2).reshape(-1, *[1] * axes)
    return [result]


def conv_transpose(node: Node, inputs: Inputs) -> list[Tensor]:
    """As a cross-correlation of x, with zeros between and around its elements, and flipped, transposed filters.

    `pads` and `output_padding` determine the number of zeros around x.
    """
    x, weight = present(inputs, 0), present(inputs, 1)
    kernel = weight.shape[2:]
    if "output_shape" in node.attributes:
        raise NotImplementedError(f"ConvTranspose (node {node.name}) with output_shape")
    strides, pads = spatial(node, kernel)
    (groups,) = integers(node, "group", 1)
    more = integers(node, "output_padding", [0] * len(kernel))
    edges = [
        (size - 1 - begin, size - 1 - end + extra) for size, (begin, end), extra in zip(kernel, pads, more)
    ]
    flipped = [
        weight_of.transpose(0, 1).flip(*range(2, weight.dim())) for weight_of in weight.chunk(groups, 0)
    ]
    plain = Node(node.name, "Conv", ("x", "w"), node.outputs, {"group": groups})
    (result,) = conv(plain, [padded(dilated(x, strides), edges, 0.0), torch.cat(flipped)])
    if len(inputs) > 2 and inputs[2] is not None:
        result = result + present(inputs, 2).reshape(-1, *[1] * len(kernel))
    return [result]


def dilated(x: Tensor, strides: Sequence[int]) -> Tensor:
    """x with stride − 1 zeros between neighbours along each spatial axis."""
    for axis, stride in enumerate(strides, start=2):
        columns = x.unsqueeze(axis + 1)
        zeros = columns.new_zeros([*columns.shape[: axis + 1], stride - 1, *columns.shape[axis + 2 :]])
        x = torch.cat([columns, zeros], axis + 1).flatten(axis, axis + 1)
        x = x.narrow(axis, 0, x.shape[axis] - (stride - 1))
    return x


def max_pool(node: Node, inputs: Inputs) -> list[Tensor]:
    if integers(node, "ceil_mode", 0) != [0]:
        raise NotImplementedError(f"MaxPool (node {node.name}) with ceil_mode")
    kernel = integers(node, "kernel_shape", [])
    strides, pads = spatial(node, kernel)
    found = windows(padded(present(inputs, 0), pads, float("-inf")), kernel, strides)
    return [found.flatten(-len(kernel)).max(dim=-1).values]


def batch_normalisation(node: Node, inputs: Inputs) -> list[Tensor]:
    """With the mean and variance of the batch, over all axes except the channels."""
    if integers(node, "training_mode", 0) != [1]:
        raise NotImplementedError(f"BatchNormalization (node {node.name}) with running statistics")
    x = present(inputs, 0)
    axes = [axis for axis in range(x.dim()) if axis != 1]
    shape = [1, -1, *[1] * (x.dim() - 2)]
    mean = x.mean(axes, keepdim=True)
    variance = ((x - mean) ** 2).mean(axes, keepdim=True)
    normal = (x - mean) / torch.sqrt(variance + decimal(node, "epsilon", 1e-5))
    return [normal * present(inputs, 1).reshape(shape) + present(inputs, 2).reshape(shape)]


def layer_normalisation(node: Node, inputs: Inputs) -> list[Tensor]:
    """With mean and variance over the last axes, from `axis` on."""
    x = present(inputs, 0)
    axes = list(range(integers(node, "axis", -1)[0] % x.dim(), x.dim()))
    mean = x.mean(axes, keepdim=True)
    variance = ((x - mean) ** 2).mean(axes, keepdim=True)
    scaled = (x - mean) / torch.sqrt(variance + decimal(node, "epsilon", 1e-5)) * present(inputs, 1)
    return [scaled if len(inputs) < 3 or inputs[2] is None else scaled + present(inputs, 2)]


def softmax(node: Node, inputs: Inputs) -> list[Tensor]:
    (axis,) = integers(node, "axis", -1)
    exponentials = torch.exp(present(inputs, 0))
    return [exponentials / exponentials.sum(axis, keepdim=True)]


def clip(node: Node, inputs: Inputs) -> list[Tensor]:
    bounds = [inputs[index] if len(inputs) > index else None for index in (1, 2)]
    low, high = (None if bound is None else float(bound) for bound in bounds)
    return [present(inputs, 0).clamp(low, high)]


def pad(node: Node, inputs: Inputs) -> list[Tensor]:
    """Zeros on every side; `pads` has all begins and then all ends."""
    x, pads = present(inputs, 0), present(inputs, 1).tolist()
    if node.attributes.get("mode", "constant") != "constant" or len(inputs) > 2:
        raise NotImplementedError(f"Pad (node {node.name}) with a mode, value or axes")
    half = len(pads) // 2
    return [padded(x, list(zip(pads[:half], pads[half:])), 0.0)]


def reduce_max(node: Node, inputs: Inputs) -> list[Tensor]:
    axes = integers(node, "axes", list(range(present(inputs, 0).dim())))
    return [present(inputs, 0).amax(axes, keepdim=bool(node.attributes.get("keepdims", 1)))]


def reduce_mean(node: Node, inputs: Inputs) -> list[Tensor]:
    axes = integers(node, "axes", list(range(present(inputs, 0).dim())))
    return [present(inputs, 0).mean(axes, keepdim=bool(node.attributes.get("keepdims", 1)))]


def gemm(node: Node, inputs: Inputs) -> list[Tensor]:
    a, b = present(inputs, 0), present(inputs, 1)
    if integers(node, "transA", 0) != [0]:
        raise NotImplementedError(f"Gemm (node {node.name}) with transA = 1")
    product = a @ (b.T if integers(node, "transB", 0) == [1] else b)
    return [product if len(inputs) < 3 or inputs[2] is None else product + present(inputs, 2)]


def lstm(node: Node, inputs: Inputs) -> list[Tensor | None]:
    """ONNX LSTM, forward or bidirectional, default activations, layout 0; gates in the order i, o, f, c.

    i, o, f = σ(X·Wᵀ + H·Rᵀ + Wb + Rb); c = tanh(…); C = f ⊙ C + i ⊙ c; H = o ⊙ tanh(C).
    """
    x, weight, recurrence, bias = (present(inputs, index) for index in range(4))
    direction = node.attributes.get("direction", "forward")
    if direction not in ("forward", "bidirectional"):
        raise NotImplementedError(f"LSTM (node {node.name}) with direction {direction}")
    states = [inputs[index] if len(inputs) > index else None for index in (5, 6)]
    passes = []
    for number in range(weight.shape[0]):
        first = [x.new_zeros(x.shape[1], recurrence.shape[2]) if s is None else s[number] for s in states]
        # The second direction reads the steps in reverse; its outputs are in the order of the steps.
        steps = x.flip(0) if number else x
        hidden, last, cell = one_direction(steps, weight[number], recurrence[number], bias[number], *first)
        passes.append((hidden.flip(0) if number else hidden, last, cell))
    hidden, last, cell = zip(*passes)
    return [torch.stack(hidden, 1), torch.stack(last), torch.stack(cell)]


def one_direction(
    x: Tensor, weight: Tensor, recurrence: Tensor, bias: Tensor, hidden: Tensor, cell: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """All hidden states [steps, N, hidden], the last hidden state and the last cell state [N, hidden]."""
    size = recurrence.shape[1]
    both = bias[: 4 * size] + bias[4 * size :]
    steps = []
    for step in x:
        gates = step @ weight.T + hidden @ recurrence.T + both
        i, o, f, c = gates.split(size, dim=1)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(c)
        hidden = torch.sigmoid(o) * torch.tanh(cell)
        steps.append(hidden)
    return torch.stack(steps), hidden, cell


def gru(node: Node, inputs: Inputs) -> list[Tensor | None]:
    """ONNX GRU, forward, zero initial state, default activations, linear_before_reset; gates in the order z, r, h.

    z, r = σ(X·Wᵀ + H·Rᵀ + Wb + Rb); h = tanh(X·Whᵀ + r ⊙ (H·Rhᵀ + Rbh) + Wbh); H = (1 − z) ⊙ h + z ⊙ H.
    """
    forward = node.attributes.get("direction", "forward") == "forward"
    if not forward or integers(node, "linear_before_reset", 0) != [1] or len(inputs) > 4:
        raise NotImplementedError(
            f"GRU (node {node.name}) with a direction or states, or without linear_before_reset"
        )
    x, weight, recurrence, bias = (present(inputs, index) for index in range(4))
    size = recurrence.shape[2]
    hidden = x.new_zeros(x.shape[1], size)
    steps = []
    for step in x:
        from_input = (step @ weight[0].T + bias[0, : 3 * size]).split(size, dim=1)
        from_state = (hidden @ recurrence[0].T + bias[0, 3 * size :]).split(size, dim=1)
        z, r = torch.sigmoid(from_input[0] + from_state[0]), torch.sigmoid(from_input[1] + from_state[1])
        hidden = (1 - z) * torch.tanh(from_input[2] + r * from_state[2]) + z * hidden
        steps.append(hidden)
    return [torch.stack(steps)[:, None], hidden[None]]


def rnn(node: Node, inputs: Inputs) -> list[Tensor | None]:
    """ONNX RNN, forward, zero initial state, default activation: H = tanh(X·Wᵀ + H·Rᵀ + Wb + Rb)."""
    if node.attributes.get("direction", "forward") != "forward" or len(inputs) > 4:
        raise NotImplementedError(f"RNN (node {node.name}) with a direction or states")
    x, weight, recurrence, bias = (present(inputs, index) for index in range(4))
    size = recurrence.shape[2]
    both = bias[0, :size] + bias[0, size:]
    hidden = x.new_zeros(x.shape[1], size)
    steps = []
    for step in x:
        hidden = torch.tanh(step @ weight[0].T + hidden @ recurrence[0].T + both)
        steps.append(hidden)
    return [torch.stack(steps)[:, None], hidden[None]]


def gather(node: Node, inputs: Inputs) -> list[Tensor]:
    """Rows of a table."""
    if integers(node, "axis", 0) != [0]:
        raise NotImplementedError(f"Gather (node {node.name}) along an axis other than 0")
    return [present(inputs, 0)[present(inputs, 1)]]


def reshape(node: Node, inputs: Inputs) -> list[Tensor]:
    x, shape = present(inputs, 0), [int(extent) for extent in present(inputs, 1)]
    if 0 in shape:
        raise NotImplementedError(f"Reshape (node {node.name}) with an extent of 0")
    return [x.reshape(shape)]


def squeeze(node: Node, inputs: Inputs) -> list[Tensor]:
    axes = [int(axis) for axis in present(inputs, 1)]
    return [present(inputs, 0).squeeze(tuple(axes))]


OPERATIONS: dict[str, Operation] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": max_pool,
    "GlobalAveragePool": lambda node, inputs: [
        present(inputs, 0).mean(list(range(2, present(inputs, 0).dim())), keepdim=True)
    ],
    "BatchNormalization": batch_normalisation,
    "LayerNormalization": layer_normalisation,
    "Softmax": softmax,
    "Clip": clip,
    "Add": lambda node, inputs: [present(inputs, 0) + present(inputs, 1)],
    "Concat": lambda node, inputs: [
        torch.cat([present(inputs, index) for index in range(len(inputs))], *integers(node, "axis", []))
    ],
    "Sub": lambda node, inputs: [present(inputs, 0) - present(inputs, 1)],
    "Mul": lambda node, inputs: [present(inputs, 0) * present(inputs, 1)],
    "Pad": pad,
    "ReduceMax": reduce_max,
    "ReduceMean": reduce_mean,
    "Gemm": gemm,
    "MatMul": lambda node, inputs: [present(inputs, 0) @ present(inputs, 1)],
    "LSTM": lstm,
    "GRU": gru,
    "RNN": rnn,
    "Gather": gather,
    "Squeeze": squeeze,
    "Reshape": reshape,
    "Tanh": lambda node, inputs: [torch.tanh(present(inputs, 0))],
    "Relu": lambda node, inputs: [present(inputs, 0).clamp(min=0)],
    "Flatten": lambda node, inputs: [present(inputs, 0).flatten(1)],
    "Transpose": lambda node, inputs: [present(inputs, 0).permute(integers(node, "perm", []))],
}

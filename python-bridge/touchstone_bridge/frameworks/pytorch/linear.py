"""Matrix products: `nn.Linear` where the second factor is a weight, plain products elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from ...artefact import Node
from ...lowering.attributes import integer, number
from .builder import Builder, as_is


def transposed(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """PyTorch's [out, in] as ONNX's [in, out]."""
    return tensors[0].t()


def gemm(builder: Builder, node: Node) -> None:
    alpha, beta = number(node, "alpha", 1.0), number(node, "beta", 1.0)
    left_turned, right_turned = bool(integer(node, "transA", 0)), bool(integer(node, "transB", 0))
    plain = alpha == 1.0 and not left_turned and builder.is_constant(node.inputs[1])
    if plain and (not builder.has_input(node, 2) or (beta == 1.0 and is_bias(builder, node, 2))):
        weight = builder.constant(node, 1)
        layer = linear(builder, node, weight if right_turned else weight.t(), right_turned)
        if builder.has_input(node, 2):
            add_bias(builder, layer, node, 2)
        builder.define(node.outputs[0], builder.layer(layer, builder.value(node.inputs[0])))
        return
    left, right = builder.value(node.inputs[0]), builder.value(node.inputs[1])
    left = builder.call(torch.t, left) if left_turned else left
    right = builder.call(torch.t, right) if right_turned else right
    if builder.has_input(node, 2):
        third = builder.value(node.inputs[2])
        product = builder.call(torch.addmm, third, left, right, beta=beta, alpha=alpha)
    else:
        product = builder.call(torch.mm, left, right)
        product = product if alpha == 1.0 else builder.call(torch.mul, product, alpha)
    builder.define(node.outputs[0], product)


def matmul(builder: Builder, node: Node) -> None:
    if not builder.is_constant(node.inputs[1]) or builder.rank(node.inputs[1]) != 2:
        left, right = builder.value(node.inputs[0]), builder.value(node.inputs[1])
        builder.define(node.outputs[0], builder.call(torch.matmul, left, right))
        return
    layer = linear(builder, node, builder.constant(node, 1).t(), right_turned=False)
    product = node.outputs[0]
    # Exporters write a linear layer over more than two axes as a product and a sum.
    addition = builder.only_consumer(product)
    if addition is not None and addition.operator == "Add" and addition.inputs[0] != addition.inputs[1]:
        position = 1 - addition.inputs.index(product)
        same_shape = builder.shape(addition.outputs[0]) == builder.shape(product)
        if same_shape and is_bias(builder, addition, position):
            add_bias(builder, layer, addition, position)
            builder.absorbed.add(addition.name)
            product = addition.outputs[0]
    builder.define(product, builder.layer(layer, builder.value(node.inputs[0])))


def linear(builder: Builder, node: Node, weight: torch.Tensor, right_turned: bool) -> nn.Linear:
    """A layer that holds `weight` as [out, in], without bias so far."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    layer.weight = builder.parameter(node, 1, weight, as_is if right_turned else transposed)
    return layer


def is_bias(builder: Builder, node: Node, position: int) -> bool:
    """Whether an addend is a weight with one number for each column of the node's output, and no more."""
    name = node.inputs[position]
    if not builder.is_constant(name):
        return False
    shape, columns = builder.shape(name), builder.shape(node.outputs[0])[-1]
    return len(shape) > 0 and shape[-1] == columns and all(extent == 1 for extent in shape[:-1])


def add_bias(builder: Builder, layer: nn.Linear, node: Node, position: int) -> None:
    """Gives a linear layer the bias at that input of the node."""
    value = builder.constant(node, position)
    shape = value.shape
    layer.bias = builder.parameter(
        node, position, value.reshape(-1), lambda tensors: tensors[0].reshape(shape)
    )


OPERATORS = {"Gemm": gemm, "MatMul": matmul}

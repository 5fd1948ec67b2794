"""Dense layers and products of matrices."""

from __future__ import annotations

import torch
from torch import fx, nn
from torch.nn import functional

from ..builder import Build, Step, plain


def dense(step: Step) -> fx.Node:
    """`nn.Linear`: its weight is [outputs, inputs], as the capabilities ask for it."""
    x, weight, *bias = step.inputs
    outputs, inputs = step.builder.shape(weight)
    layer = nn.Linear(inputs, outputs, bias=bool(bias), device="meta")
    layer.weight = step.builder.parameter(weight)
    if bias:
        layer.bias = step.builder.parameter(bias[0])
    return step.builder.layer(layer, step.builder.value(x))


def einsum(step: Step) -> fx.Node:
    """PyTorch sums integers in 64 bits."""
    found = step.call(torch.einsum, step.settings["equation"], *step.operands)
    return found if step.type.is_floating_point else step.call(torch.Tensor.to, found, step.type)


def transposed_product(step: Step) -> fx.Node:
    """As attention is written: Inductor fails where the key is transposed at once (docs/findings.md)."""
    x, factor = step.operands
    return step.call(torch.matmul, x, step.call(torch.transpose, factor, -2, -1))


def attention(step: Step) -> fx.Node:
    query, key, value = step.operands[:3]
    scale = 1.0 if len(step.inputs) == 3 else step.builder.number(step.inputs[3])
    return step.call(functional.scaled_dot_product_attention, query, key, value, scale=scale)


PRODUCTS: dict[str, Build] = {
    "Gemm": dense,
    "MatMul": plain(torch.matmul),
    "FusedMatMul": transposed_product,
    "Einsum": einsum,
    "Attention": attention,
}

"""Matrix products: `FC` where the second factor is a weight, plain products elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from caffe2.python import core

from ...artefact import Array, Node
from ...lowering.attributes import integer, number, refuse
from .builder import Builder
from .net_builder import as_is


def transposed(arrays: Sequence[Array]) -> Array:
    """Caffe2's [out, in] as ONNX's [in, out]."""
    return np.ascontiguousarray(arrays[0].T)


def gemm(builder: Builder, node: Node) -> None:
    if is_layer(builder, node):
        turned = bool(integer(node, "transB", 0))
        bias = 2 if builder.has_input(node, 2) else None
        builder.define(node.outputs[0], fully_connected(builder, node, turned, node, bias))
        return
    product = builder.operate(
        "MatMul",
        [builder.value(name) for name in node.inputs[:2]],
        trans_a=integer(node, "transA", 0),
        trans_b=integer(node, "transB", 0),
    )
    product = scaled(builder, product, number(node, "alpha", 1.0))
    if builder.has_input(node, 2):
        addend = scaled(builder, builder.value(node.inputs[2]), number(node, "beta", 1.0))
        product = builder.operate("Add", [product, addend])
    builder.define(node.outputs[0], product)


def is_layer(builder: Builder, node: Node) -> bool:
    """Whether a Gemm is a linear layer: x·W + bias with a constant W."""
    if (
        number(node, "alpha", 1.0) != 1.0
        or integer(node, "transA", 0)
        or not builder.is_constant(node.inputs[1])
    ):
        return False
    plain = number(node, "beta", 1.0) == 1.0
    return not builder.has_input(node, 2) or (plain and is_bias(builder, node, 2))


def scaled(builder: Builder, blob: core.BlobReference, factor: float) -> core.BlobReference:
    return blob if factor == 1.0 else builder.operate("Scale", [blob], scale=factor)


def matmul(builder: Builder, node: Node) -> None:
    if not builder.is_constant(node.inputs[1]) or builder.rank(node.inputs[1]) != 2:
        general_product(builder, node)
        return
    product, bias_node, position = node.outputs[0], node, None
    # Exporters write a linear layer over more than two axes as a product and a sum.
    addition = builder.only_consumer(product)
    if addition is not None and addition.operator == "Add" and addition.inputs[0] != addition.inputs[1]:
        other = 1 - addition.inputs.index(product)
        same_shape = builder.shape(addition.outputs[0]) == builder.shape(product)
        if same_shape and is_bias(builder, addition, other):
            builder.absorbed.add(addition.name)
            product, bias_node, position = addition.outputs[0], addition, other
    builder.define(product, fully_connected(builder, node, False, bias_node, position))


def general_product(builder: Builder, node: Node) -> None:
    """`BatchMatMul`, whose gradient does not know broadcasting."""
    left, right = (builder.shape(name) for name in node.inputs)
    refuse(node, unless=len(left) > 1 or len(right) > 1, because="of two vectors")
    alike = len(left) >= 2 and len(right) >= 2 and left[:-2] == right[:-2]
    refuse(
        node, unless=alike or not builder.training, because="in training, with operands that are broadcast"
    )
    operands = [builder.value(name) for name in node.inputs]
    result = builder.operate("BatchMatMul", operands, **({} if alike else {"broadcast": 1}))
    builder.define(node.outputs[0], result)


def fully_connected(
    builder: Builder, node: Node, turned: bool, bias_node: Node, bias: int | None
) -> core.BlobReference:
    """`FC` with its weight [out, in] and its bias [out], which it must have: zeros where ONNX has none."""
    weight = builder.constant(node, 1)
    held = builder.parameter(node.inputs[1], weight if turned else weight.T, as_is if turned else transposed)
    if bias is None:
        offset = builder.feed(np.zeros(weight.shape[0 if turned else 1], weight.dtype))
    else:
        value = builder.constant(bias_node, bias)
        shape = value.shape
        offset = builder.parameter(
            bias_node.inputs[bias], value.reshape(-1), lambda arrays: arrays[0].reshape(shape)
        )
    axis = max(builder.rank(node.inputs[0]) - 1, 0)
    return builder.operate("FC", [builder.value(node.inputs[0]), held, offset], axis=axis)


def is_bias(builder: Builder, node: Node, position: int) -> bool:
    """Whether an addend is a weight with one number for each column of the node's output, and no more."""
    name = node.inputs[position]
    if not builder.is_constant(name):
        return False
    shape, columns = builder.shape(name), builder.shape(node.outputs[0])[-1]
    return len(shape) > 0 and shape[-1] == columns and all(extent == 1 for extent in shape[:-1])


OPERATORS = {"Gemm": gemm, "MatMul": matmul}

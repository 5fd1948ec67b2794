"""Dense layers and products of matrices."""

from __future__ import annotations

from typing import Dict, Sequence

import numpy
from mxnet import symbol

from ..builder import Build, Step, Symbol, legacy

np, npx = symbol.np, symbol.npx


def dense(step: Step) -> Symbol:
    """Its weight is [outputs, inputs], as the capabilities ask for it; it flattens images by itself."""
    _, weight, *bias = step.inputs
    x, rows = step.x, step.result.shape[:-1]
    outputs, inputs = step.builder.shape(weight)
    is_flat = step.shapes[0][len(rows) :] == (inputs,)
    if not is_flat and len(rows) > 1:
        x = np.reshape(x, (*rows, inputs))
    return npx.fully_connected(
        x,
        *step.operands[1:],
        num_hidden=outputs,
        no_bias=not bias,
        flatten=len(rows) == 1,
    )


def product(step: Step) -> Symbol:
    """Integers have no kernel but that of sums of products."""
    first, second = step.shapes
    if not step.is_floating_point:
        return np.einsum("...ij,...jk->...ik", *step.operands)
    if len(first) == len(second) == 2:
        return legacy(symbol.dot, *step.operands)
    return np.matmul(*step.operands) if len(second) == 2 else npx.batch_dot(*batched(step))


def transposed_product(step: Step) -> Symbol:
    """A matrix as the second factor is the weight of a dense layer."""
    outputs, *_ = shape = step.shapes[1]
    if len(shape) == 2:
        return npx.fully_connected(*step.operands, num_hidden=outputs, no_bias=True, flatten=False)
    return npx.batch_dot(*batched(step), transpose_b=True)


def batched(step: Step) -> Sequence[Symbol]:
    """With the batch axes of both. (`matmul` broadcasts by itself, but then its gradient is wrong in 1.9.1.)"""
    front = numpy.broadcast_shapes(*(shape[:-2] for shape in step.shapes))
    targets = [(*front, *shape[-2:]) for shape in step.shapes]
    return [
        operand if shape == target else np.broadcast_to(operand, target)
        for operand, shape, target in zip(step.operands, step.shapes, targets)
    ]


PRODUCTS: Dict[str, Build] = {
    "Gemm": dense,
    "MatMul": product,
    "FusedMatMul": transposed_product,
    "Einsum": lambda step: np.einsum(step.settings["equation"], *step.operands),
}

"""Products of matrices, and dense layers."""

from __future__ import annotations

from math import prod

import numpy as np
from caffe2.python import core

from ..builder import Build, Step
from .elementwise import expanded


def product(step: Step) -> core.BlobReference:
    left, right = step.shapes
    if step.settings.get("transB"):
        return batched(step, trans_b=1)
    if len(left) == 2 and len(right) == 2:
        return step.call("MatMul", step.operands)
    if len(right) == 2:
        # One product of all rows.
        rows = step.builder.reshaped(step.x, [prod(left[:-1]), left[-1]])
        return step.builder.reshaped(step.call("MatMul", [rows, step.operands[1]]), step.result.shape)
    return batched(step)


def batched(step: Step, **arguments: int) -> core.BlobReference:
    left, right = step.shapes
    if left[:-2] == right[:-2]:
        return step.call("BatchMatMul", step.operands, **arguments)
    if not step.carries:
        return step.call("BatchMatMul", step.operands, broadcast=1, **arguments)
    # The gradient of BatchMatMul ignores broadcasting.
    batch = step.result.shape[:-2]
    operands = [
        expanded(step.builder, blob, shape, (*batch, *shape[-2:]))
        for blob, shape in zip(step.operands, step.shapes)
    ]
    return step.call("BatchMatMul", operands, **arguments)


def dense(step: Step) -> core.BlobReference:
    """`FC` with its weight [outputs, inputs]; it must have a bias. It flattens x from `axis` on by itself."""
    x, weight, *bias = step.operands
    outputs, inputs = step.shapes[1]
    axis = len(step.result.shape) - 1
    offset = bias[0] if bias else step.builder.feed(np.zeros(outputs, np.float32))
    return step.call("FC", [x, weight, offset], axis=axis)


PRODUCTS: dict[str, Build] = {"MatMul": product, "FusedMatMul": product, "Gemm": dense}

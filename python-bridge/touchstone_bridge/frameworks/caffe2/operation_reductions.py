"""Operations over axes, and products of matrices."""

from __future__ import annotations

from math import prod

import numpy as np
from caffe2.python import core

from .operation_builder import Build, Step
from .operation_elementwise import expanded


def reduction(operator: str) -> Build:
    return lambda step: reduced(step, operator, step.x, step.settings["keepdims"])


def reduced(step: Step, operator: str, x: core.BlobReference, keepdims: bool) -> core.BlobReference:
    """Over no axes Caffe2 would take all."""
    axes = list(step.settings["axes"])
    return step.call(operator, [x], axes=axes, keepdims=int(keepdims)) if axes else step.call("Copy", [x])


def peak(operator: str, position: str) -> Build:
    """Gathered from the first of several equal values: the gradient of Caffe2's goes whole to every one."""

    def build(step: Step) -> core.BlobReference:
        if not step.carries:
            return reduced(step, operator, step.x, step.settings["keepdims"])
        builder, shape, axes = step.builder, step.shapes[0], step.settings["axes"]
        over = prod(shape[axis] for axis in axes)
        rows = prod(shape) // over
        kept = [axis for axis in range(len(shape)) if axis not in axes]
        turned = step.call("Transpose", [step.x], axes=[*kept, *axes])
        first = step.call(position, [builder.reshaped(turned, [rows, over])], axis=1, keepdims=0)
        begins = builder.feed(np.arange(rows, dtype=np.int64) * over)
        places = step.call("Add", [first, begins])
        found = builder.taken(builder.reshaped(turned, [rows * over]), places, 0)
        return builder.reshaped(found, step.result.shape)

    return build


def log_sum_exp(step: Step) -> core.BlobReference:
    """Less what is largest, so that nothing overflows: that goes in and out again, so it needs no gradient."""
    most = step.builder.stopped(reduced(step, "ReduceMax", step.x, True))
    raised = step.call("Exp", [step.call("Sub", [step.x, most])])
    summed = step.call("Log", [reduced(step, "ReduceSum", raised, step.settings["keepdims"])])
    back = most if step.settings["keepdims"] else step.builder.reshaped(most, step.result.shape)
    return step.call("Add", [summed, back])


def positions(operator: str) -> Build:
    return lambda step: step.call(
        operator, [step.x], axis=step.settings["axis"], keepdims=int(step.settings["keepdims"])
    )


def softmax(step: Step) -> core.BlobReference:
    """Caffe2's is over all axes from one on: another than the last one is moved there."""
    rank, axis = len(step.shapes[0]), step.settings["axis"]
    if axis == rank - 1:
        return step.call("Softmax", [step.x], axis=axis)
    swapped = list(range(rank))
    swapped[axis], swapped[-1] = swapped[-1], swapped[axis]
    found = step.call("Softmax", [step.call("Transpose", [step.x], axes=swapped)], axis=rank - 1)
    return step.call("Transpose", [found], axes=swapped)


def log_softmax(step: Step) -> core.BlobReference:
    axes = {"axes": [step.settings["axis"]], "keepdims": 1}
    most = step.builder.stopped(step.call("ReduceMax", [step.x], **axes))
    shifted = step.call("Sub", [step.x, most])
    summed = step.call("ReduceSum", [step.call("Exp", [shifted])], **axes)
    return step.call("Sub", [shifted, step.call("Log", [summed])])


def top(step: Step) -> list[core.BlobReference]:
    """The smallest are the largest of the negative."""
    largest = step.settings["largest"]
    x = step.x if largest else step.call("Negative", [step.x])
    values, indices = step.builder.operate_several("TopK", [x], 2, k=step.settings["k"])
    return [values if largest else step.call("Negative", [values]), indices]


def product(step: Step) -> core.BlobReference:
    left, right = step.shapes
    if len(left) == 2 and len(right) == 2:
        return step.call("MatMul", step.operands)
    if len(right) == 2:
        # One product of all rows: what a linear layer is.
        rows = step.builder.reshaped(step.x, [prod(left[:-1]), left[-1]])
        return step.builder.reshaped(step.call("MatMul", [rows, step.operands[1]]), step.result.shape)
    if left[:-2] == right[:-2]:
        return step.call("BatchMatMul", step.operands)
    if not step.carries:
        return step.call("BatchMatMul", step.operands, broadcast=1)
    # Its gradient knows no broadcasting.
    batch = step.result.shape[:-2]
    operands = [
        expanded(step.builder, blob, shape, (*batch, *shape[-2:]))
        for blob, shape in zip(step.operands, step.shapes)
    ]
    return step.call("BatchMatMul", operands)


REDUCTIONS: dict[str, Build] = {
    "ReduceSum": reduction("ReduceSum"),
    "ReduceMean": reduction("ReduceMean"),
    "ReduceMax": peak("ReduceMax", "ArgMax"),
    "ReduceMin": peak("ReduceMin", "ArgMin"),
    **{kind: positions(kind) for kind in ("ArgMax", "ArgMin")},
    "ReduceLogSumExp": log_sum_exp,
    "Softmax": softmax,
    "LogSoftmax": log_softmax,
    "TopK": top,
    "MatMul": product,
}

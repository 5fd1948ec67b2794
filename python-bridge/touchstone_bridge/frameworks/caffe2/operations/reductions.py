"""Reductions, softmax and sorting over axes."""

from __future__ import annotations

from math import prod

import numpy as np
from caffe2.python import core

from ..builder import Build, Step


def reduction(operator: str) -> Build:
    return lambda step: reduced(step, operator, step.x, step.settings["keepdims"])


def reduced(step: Step, operator: str, x: core.BlobReference, keepdims: bool) -> core.BlobReference:
    """Over no axes Caffe2 would take all."""
    axes = list(step.settings["axes"])
    return step.call(operator, [x], axes=axes, keepdims=int(keepdims)) if axes else step.call("Copy", [x])


def peak(operator: str, position: str) -> Build:
    """Where a gradient flows back, gathered from the position of the first of equal values.

    The gradient of Caffe2's own gives every one of tied maxima the whole gradient.
    """

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
    """The maximum is subtracted before and added after, so that nothing overflows; so it needs no gradient."""
    maximum = step.builder.stopped(reduced(step, "ReduceMax", step.x, True))
    raised = step.call("Exp", [step.call("Sub", [step.x, maximum])])
    summed = step.call("Log", [reduced(step, "ReduceSum", raised, step.settings["keepdims"])])
    back = maximum if step.settings["keepdims"] else step.builder.reshaped(maximum, step.result.shape)
    return step.call("Add", [summed, back])


def positions(operator: str) -> Build:
    return lambda step: step.call(
        operator, [step.x], axis=step.settings["axis"], keepdims=int(step.settings["keepdims"])
    )


def softmax(step: Step) -> core.BlobReference:
    """Caffe2's is over all axes from one on, so an axis that is not the last one is moved there."""
    rank, axis = len(step.shapes[0]), step.settings["axis"]
    if axis == rank - 1:
        return step.call("Softmax", [step.x], axis=axis)
    swapped = list(range(rank))
    swapped[axis], swapped[-1] = swapped[-1], swapped[axis]
    found = step.call("Softmax", [step.call("Transpose", [step.x], axes=swapped)], axis=rank - 1)
    return step.call("Transpose", [found], axes=swapped)


def log_softmax(step: Step) -> core.BlobReference:
    axes = {"axes": [step.settings["axis"]], "keepdims": 1}
    maximum = step.builder.stopped(step.call("ReduceMax", [step.x], **axes))
    shifted = step.call("Sub", [step.x, maximum])
    summed = step.call("ReduceSum", [step.call("Exp", [shifted])], **axes)
    return step.call("Sub", [shifted, step.call("Log", [summed])])


def top(step: Step) -> list[core.BlobReference]:
    """The smallest are the largest of the negated values."""
    largest = step.settings["largest"]
    x = step.x if largest else step.call("Negative", [step.x])
    values, indices = step.builder.operate_several("TopK", [x], 2, k=step.settings["k"])
    return [values if largest else step.call("Negative", [values]), indices]


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
}

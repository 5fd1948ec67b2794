"""Operations that read or write where indices say."""

from __future__ import annotations

from math import prod

import numpy as np
from caffe2.python import core

from ..builder import Build, Step
from .elementwise import expanded


def gather(step: Step) -> core.BlobReference:
    """The gradient of Gather supports indices of one axis only."""
    builder, axis = step.builder, step.settings["axis"]
    shape = step.shapes[1]
    if not step.carries or len(shape) == 1:
        return builder.taken(step.x, step.operands[1], axis)
    known = builder.literal(step.operation.inputs[1])
    if known is None:
        flat = builder.operate("FlattenToVec", [step.operands[1]])
        return builder.reshaped(builder.taken(step.x, flat, axis), step.result.shape)
    return builder.reshaped(builder.taken(step.x, known.reshape(-1), axis), step.result.shape)


def scatter_elements(step: Step) -> core.BlobReference:
    return step.call("Scatter", step.operands, axis=step.settings["axis"])


def scatter_slices(step: Step) -> core.BlobReference:
    """Data as rows of one slice each: every element of an update is scattered to the row that its indices name."""
    builder = step.builder
    data, positions, _ = step.shapes
    depth = positions[-1]
    rows, inner, count = prod(data[:depth]), prod(data[depth:]), prod(positions[:-1])
    strides = np.array([prod(data[axis + 1 : depth]) for axis in range(depth)], np.int64)
    weighted = builder.operate("Mul", [step.operands[1], builder.feed(strides)])
    places = builder.operate("ReduceSum", [weighted], axes=[len(positions) - 1], keepdims=0)
    column = builder.reshaped(places, [count, 1])
    operands = [
        builder.reshaped(step.x, [rows, inner]),
        expanded(builder, column, (count, 1), (count, inner)),
        builder.reshaped(step.operands[2], [count, inner]),
    ]
    return builder.reshaped(builder.operate("Scatter", operands, axis=0), data)


INDEXING: dict[str, Build] = {
    "Gather": gather,
    "ScatterElements": scatter_elements,
    "ScatterND": scatter_slices,
}

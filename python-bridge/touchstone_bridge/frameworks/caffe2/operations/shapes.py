"""Operations that rearrange elements, and cumulative sums, which are composed of such."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from caffe2.python import core

from ..builder import Build, Builder, Step
from .elementwise import cast_to, expanded


def as_numbers(step: Step, move: Callable[[core.BlobReference], core.BlobReference]) -> core.BlobReference:
    """Booleans are rearranged as integers where Caffe2's operator does not support bool."""
    if step.type != "bool":
        return move(step.x)
    return cast_to(step.builder, move(cast_to(step.builder, step.x, "int32")), "bool")


def reshape(step: Step) -> core.BlobReference:
    """The gradient of Reshape fails for a scalar operand."""
    target = step.result.shape
    if step.shapes[0]:
        return step.builder.reshaped(step.x, target)
    if not target:
        return step.call("Copy", [step.x])
    return step.call("ExpandDims", [step.x], dims=list(range(len(target))))


def transpose(step: Step) -> core.BlobReference:
    axes = list(step.settings["perm"])
    return as_numbers(step, lambda x: step.call("Transpose", [x], axes=axes))


def expand(step: Step) -> core.BlobReference:
    return as_numbers(step, lambda x: expanded(step.builder, x, step.shapes[0], step.result.shape))


def tile(step: Step) -> core.BlobReference:
    """One axis after the other."""

    def move(x: core.BlobReference) -> core.BlobReference:
        for axis, count in enumerate(step.settings["repeats"]):
            x = x if count == 1 else step.call("Tile", [x], tiles=count, axis=axis)
        return x

    return as_numbers(step, move)


def split(step: Step) -> Sequence[core.BlobReference]:
    """The gradient of Split needs a gradient of every part: where only some have one, parts are sliced."""
    axis, sizes = step.settings["axis"], step.settings["sizes"]
    carrying = [step.builder.carries(tensor) for tensor in step.operation.outputs]
    if all(carrying) or not any(carrying):
        return step.builder.operate_several("Split", [step.x], len(sizes), axis=axis, split=list(sizes))
    ends = np.cumsum(sizes)
    return [
        part(step.builder, step.x, step.shapes[0], axis, int(end) - size, int(end))
        for size, end in zip(sizes, ends)
    ]


def part(
    builder: Builder,
    x: core.BlobReference,
    shape: Sequence[int],
    axis: int,
    begin: int,
    end: int,
) -> core.BlobReference:
    """A range of one axis: Caffe2's Slice restricts one axis at a time."""
    starts = [begin if each == axis else 0 for each in range(len(shape))]
    ends = [end if each == axis else extent for each, extent in enumerate(shape)]
    return builder.operate("Slice", [x], starts=starts, ends=ends)


def sliced(step: Step) -> core.BlobReference:
    """One axis after the other. Caffe2's Slice has no strides, so a strided range is gathered."""
    x, shape = step.x, list(step.shapes[0])
    bounds = zip(step.settings["begins"], step.settings["ends"], step.settings["strides"])
    for axis, (begin, end, stride) in enumerate(bounds):
        if stride > 1 and end - begin > 1:
            x = step.builder.taken(x, np.arange(begin, end, stride, dtype=np.int64), axis)
        elif (begin, end) != (0, shape[axis]):
            x = part(step.builder, x, shape, axis, begin, end)
        shape[axis] = len(range(begin, end, stride))
    return x


def pad(step: Step) -> core.BlobReference:
    """`PadImage` for the spatial axes of images; concatenation with constant blocks for all else."""
    pads, value = step.settings["pads"], step.settings["value"]
    is_image = len(pads) == 4 and not any((*pads[0], *pads[1])) and step.type == "float32"
    if is_image:
        (top, bottom), (left, right) = pads[2:]
        sides = [top, left, bottom, right]
        return step.call("PadImage", [step.x], pads=sides, value=float(value), mode="constant", order="NCHW")
    x, shape = step.x, list(step.shapes[0])
    for axis, sides in enumerate(pads):
        x = surrounded(step, x, shape, axis, sides)
        shape[axis] += sum(sides)
    return x


def surrounded(
    step: Step, x: core.BlobReference, shape: Sequence[int], axis: int, sides: Sequence[int]
) -> core.BlobReference:
    if not any(sides):
        return x
    blocks = [
        step.builder.feed(
            np.full([*shape[:axis], count, *shape[axis + 1 :]], step.settings["value"], step.type)
        )
        for count in sides
    ]
    around = [blocks[0], x, blocks[1]]
    return step.builder.joined([blob for blob, count in zip(around, [sides[0], 1, sides[1]]) if count], axis)


def running_sum(step: Step) -> core.BlobReference:
    """Sums over 1, 2, 4, … neighbours, each of two sums over half as many."""
    axis, reverse = step.settings["axis"], step.settings["reverse"]
    extent = step.shapes[0][axis]
    x, distance = step.x, 1
    while distance < extent:
        x = step.call("Add", [x, shifted(step, x, distance, reverse)])
        distance *= 2
    return shifted(step, x, 1, reverse) if step.settings["exclusive"] else x


def shifted(step: Step, x: core.BlobReference, distance: int, reverse: bool) -> core.BlobReference:
    """Shifted along the axis, with zeros shifted in."""
    axis, shape = step.settings["axis"], step.shapes[0]
    extent = shape[axis]
    zeros = step.builder.feed(np.zeros([*shape[:axis], distance, *shape[axis + 1 :]], step.type))
    if distance == extent:
        return zeros
    if reverse:
        return step.builder.joined([part(step.builder, x, shape, axis, distance, extent), zeros], axis)
    return step.builder.joined([zeros, part(step.builder, x, shape, axis, 0, extent - distance)], axis)


SHAPES: dict[str, Build] = {
    "Reshape": reshape,
    "Transpose": transpose,
    "Expand": expand,
    "Tile": tile,
    "Concat": lambda step: step.builder.joined(step.operands, step.settings["axis"]),
    "Split": split,
    "Slice": sliced,
    "Pad": pad,
    "CumSum": running_sum,
}

"""Reductions, operations along one axis, products, and operations that only move elements."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Callable, Dict, Sequence

import numpy
from mxnet import symbol

from .operation_builder import Build, Step
from .symbol_builder import Symbol

np, npx = symbol.np, symbol.npx


def reduction(function: Callable[..., Any]) -> Build:
    return lambda step: function(
        step.x, axis=tuple(step.settings["axes"]), keepdims=step.settings["keepdims"]
    )


def position(function: Callable[..., Any]) -> Build:
    """Its symbols lack `keepdims`."""

    def build(step: Step) -> Symbol:
        axis = step.settings["axis"]
        found = function(step.x, axis=axis)
        return np.expand_dims(found, axis) if step.settings["keepdims"] else found

    return build


def cumulative_sum(step: Step) -> Symbol:
    axis, backward = step.settings["axis"], step.settings["reverse"]
    x = np.flip(step.x, axis) if backward else step.x
    found = np.cumsum(x, axis)
    # Without its own element.
    found = np.subtract(found, x) if step.settings["exclusive"] else found
    return np.flip(found, axis) if backward else found


def product(step: Step) -> Symbol:
    """A matrix of its own is one of a dense layer; of integers there is but the sum of products."""
    if step.is_whole:
        return np.einsum("...ij,...jk->...ik", *step.operands)
    constant = step.builder.own(step.operation.inputs[1])
    if constant is None or len(constant.shape) != 2 or step.type != "float32":
        return np.matmul(*batched(step))
    (weight,) = step.builder.hold(constant, [step.builder.array(constant).T], lambda arrays: arrays[0].T)
    return npx.fully_connected(step.x, weight, num_hidden=constant.shape[1], no_bias=True, flatten=False)


def batched(step: Step) -> Sequence[Symbol]:
    """With the batch axes of both: the gradient of `matmul` is wrong where both broadcast (1.9.1)."""
    shapes = [step.builder.shape(tensor) for tensor in step.operation.inputs]
    fronts = [shape[:-2] for shape in shapes]
    if fronts[0] == fronts[1] or () in fronts:
        return step.operands
    front = numpy.broadcast_shapes(*fronts)
    whole = [(*front, *shape[-2:]) for shape in shapes]
    return [
        operand if shape == full else np.broadcast_to(operand, full)
        for operand, shape, full in zip(step.operands, shapes, whole)
    ]


def of_bools(build: Callable[[Step, Symbol], Any]) -> Build:
    """What only moves elements, and has no kernel for bool: that goes as bytes."""

    def moved(step: Step) -> Any:
        if step.type != "bool":
            return build(step, step.x)
        found = build(step, npx.cast(step.x, dtype="uint8"))
        if isinstance(found, (list, tuple)):
            return [npx.cast(each, dtype="bool") for each in found]
        return npx.cast(found, dtype="bool")

    return moved


def split(step: Step, x: Symbol) -> Sequence[Symbol]:
    sizes, axis = step.settings["sizes"], step.settings["axis"]
    if len(sizes) == 1:
        return [np.copy(x)]
    parts = np.split(x, tuple(accumulate(sizes))[:-1], axis=axis)
    return [parts[place] for place in range(len(sizes))]


def part(step: Step) -> Symbol:
    settings = step.settings
    return npx.slice(step.x, begin=settings["begins"], end=settings["ends"], step=settings["strides"])


def pad(step: Step) -> Symbol:
    """Below `np.pad`, whose symbol loses its result (1.9.1). A single axis it takes for two."""
    width = tuple(map(tuple, step.settings["pads"]))
    value = step.settings["value"]
    if len(width) > 1:
        return np._internal.pad(step.x, pad_width=width, mode="constant", constant_value=value)
    row = np.expand_dims(step.x, 0)
    padded = np._internal.pad(row, pad_width=((0, 0), *width), mode="constant", constant_value=value)
    return np.reshape(padded, (-1,))


SHAPES: Dict[str, Build] = {
    "ReduceSum": reduction(np.sum),
    "ReduceMean": reduction(np.mean),
    "ReduceMax": reduction(np.max),
    "ReduceMin": reduction(np.min),
    "ReduceProd": reduction(np.prod),
    "ArgMax": position(np.argmax),
    "ArgMin": position(np.argmin),
    "CumSum": cumulative_sum,
    "Softmax": lambda step: npx.softmax(step.x, axis=step.settings["axis"]),
    "LogSoftmax": lambda step: npx.log_softmax(step.x, axis=step.settings["axis"]),
    "MatMul": product,
    "Einsum": lambda step: np.einsum(step.settings["equation"], *step.operands),
    "Reshape": lambda step: np.reshape(step.x, tuple(step.settings["shape"])),
    "Transpose": of_bools(lambda step, x: np.transpose(x, tuple(step.settings["perm"]))),
    "Expand": lambda step: np.broadcast_to(step.x, tuple(step.settings["shape"])),
    "Tile": lambda step: np.tile(step.x, tuple(step.settings["repeats"])),
    "Concat": lambda step: np.concatenate(step.operands, axis=step.settings["axis"]),
    "Split": of_bools(split),
    "Slice": part,
    "Reverse": of_bools(lambda step, x: np.flip(x, tuple(step.settings["axes"]))),
    "Pad": pad,
}

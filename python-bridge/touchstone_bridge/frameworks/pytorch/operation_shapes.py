"""Reductions, operations along one axis, products, and operations that only move elements."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as functional
from torch import fx

from .operation_builder import Build, Step, plain


def reduction(function: Callable[..., Any]) -> Build:
    def build(step: Step) -> fx.Node:
        axes, keepdims = tuple(step.settings["axes"]), step.settings["keepdims"]
        return step.call(function, step.x, axes, keepdim=keepdims)

    return build


def extreme(function: Callable[..., Any], of_none: Callable[..., Any]) -> Build:
    """`amax` and `amin` refuse to be asked for that of nothing."""
    of_any = reduction(function)
    return lambda step: reduction(of_none)(step) if step.builder.has_empty else of_any(step)


def largest(x: torch.Tensor, axes: Sequence[int], keepdim: bool) -> torch.Tensor:
    return with_one(x, axes, least(x.dtype)).amax(axes, keepdim)


def smallest(x: torch.Tensor, axes: Sequence[int], keepdim: bool) -> torch.Tensor:
    return with_one(x, axes, greatest(x.dtype)).amin(axes, keepdim)


def with_one(x: torch.Tensor, axes: Sequence[int], value: float | int) -> torch.Tensor:
    """Along the axes that have no element, one of that value."""
    edges = [(0, int(axis in axes and extent == 0)) for axis, extent in enumerate(x.shape)]
    return functional.pad(x, flat(edges), "constant", value)


def least(kind: torch.dtype) -> float | int:
    return float("-inf") if kind.is_floating_point else torch.iinfo(kind).min


def greatest(kind: torch.dtype) -> float | int:
    return float("inf") if kind.is_floating_point else torch.iinfo(kind).max


def total(step: Step) -> fx.Node:
    """In the operand's own type, where PyTorch takes int64 for integers."""
    axes, keepdims = tuple(step.settings["axes"]), step.settings["keepdims"]
    options = {} if step.type.is_floating_point else {"dtype": step.type}
    return step.call(torch.sum, step.x, axes, keepdim=keepdims, **options)


def product(step: Step) -> fx.Node:
    """One axis after the other, the last first: PyTorch takes one at a time."""
    options = {} if step.type.is_floating_point else {"dtype": step.type}
    found = step.x
    for axis in reversed(step.settings["axes"]):
        found = step.call(torch.prod, found, axis, keepdim=step.settings["keepdims"], **options)
    return found


def position(function: Callable[..., Any]) -> Build:
    return lambda step: step.call(function, step.x, step.settings["axis"], step.settings["keepdims"])


def cumulative_sum(step: Step) -> fx.Node:
    axis, backward = step.settings["axis"], step.settings["reverse"]
    x = step.call(torch.flip, step.x, (axis,)) if backward else step.x
    options = {} if step.type.is_floating_point else {"dtype": step.type}
    if step.settings["exclusive"]:
        x = step.call(delayed, x, axis)
    found = step.call(torch.cumsum, x, axis, **options)
    return step.call(torch.flip, found, (axis,)) if backward else found


def delayed(x: torch.Tensor, axis: int) -> torch.Tensor:
    """By one place along the axis, a zero in front."""
    zero = torch.zeros_like(x.narrow(axis, 0, 1))
    return torch.cat((zero, x.narrow(axis, 0, x.shape[axis] - 1)), axis)


def top(step: Step) -> Sequence[fx.Node]:
    """Of equal values the first: `topk` promises nothing of the kind, so it serves where no positions are read."""
    k, largest = step.settings["k"], step.settings["largest"]
    if not step.builder.is_read(step.operation.outputs[1]):
        both = step.call(torch.topk, step.x, k, -1, largest)
        return [step.call(operator.getitem, both, place) for place in (0, 1)]
    both = step.call(torch.sort, step.x, dim=-1, descending=largest, stable=True)
    first = (Ellipsis, slice(None, k))
    return [step.call(operator.getitem, step.call(operator.getitem, both, place), first) for place in (0, 1)]


def einsum(step: Step) -> fx.Node:
    """Sums of integers are of 64 bits there."""
    found = step.call(torch.einsum, step.settings["equation"], *step.operands)
    return found if step.type.is_floating_point else step.call(torch.Tensor.to, found, step.type)


def split(step: Step) -> Sequence[fx.Node]:
    sizes, axis = tuple(step.settings["sizes"]), step.settings["axis"]
    parts = step.call(torch.split, step.x, sizes, axis)
    return [step.call(operator.getitem, parts, place) for place in range(len(sizes))]


def part(step: Step) -> fx.Node:
    settings = step.settings
    slices = tuple(map(slice, settings["begins"], settings["ends"], settings["strides"]))
    return step.call(operator.getitem, step.x, slices)


def pad(step: Step) -> fx.Node:
    value = step.settings["value"]
    number = value if step.type.is_floating_point else int(value)
    return step.call(functional.pad, step.x, flat(step.settings["pads"]), "constant", number)


def flat(pads: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """(before, behind) of the last axis first, as `functional.pad` wants them."""
    return tuple(edge for pair in reversed(pads) for edge in pair)


SHAPES: dict[str, Build] = {
    "ReduceSum": total,
    "ReduceMean": reduction(torch.mean),
    "ReduceMax": extreme(torch.amax, largest),
    "ReduceMin": extreme(torch.amin, smallest),
    "ReduceProd": product,
    "ReduceLogSumExp": reduction(torch.logsumexp),
    "ArgMax": position(torch.argmax),
    "ArgMin": position(torch.argmin),
    "CumSum": cumulative_sum,
    "Softmax": lambda step: step.call(functional.softmax, step.x, dim=step.settings["axis"]),
    "LogSoftmax": lambda step: step.call(functional.log_softmax, step.x, dim=step.settings["axis"]),
    "TopK": top,
    "MatMul": plain(torch.matmul),
    "Einsum": einsum,
    "Reshape": lambda step: step.call(torch.reshape, step.x, tuple(step.settings["shape"])),
    "Transpose": lambda step: step.call(torch.permute, step.x, tuple(step.settings["perm"])),
    "Expand": lambda step: step.call(torch.broadcast_to, step.x, tuple(step.settings["shape"])),
    "Tile": lambda step: step.call(torch.tile, step.x, tuple(step.settings["repeats"])),
    "Concat": lambda step: step.call(torch.cat, step.operands, step.settings["axis"]),
    "Split": split,
    "Slice": part,
    "Reverse": lambda step: step.call(torch.flip, step.x, tuple(step.settings["axes"])),
    "Pad": pad,
}

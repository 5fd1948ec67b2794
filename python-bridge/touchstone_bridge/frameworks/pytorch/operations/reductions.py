"""Reductions, and operations along one axis."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as functional
from torch import fx

from ..builder import Build, Step
from .pads import highest, lowest, padded


def reduction(function: Callable[..., Any]) -> Build:
    return lambda step: reduced(step, function, step.x)


def reduced(step: Step, function: Callable[..., Any], x: fx.Node) -> fx.Node:
    return step.call(function, x, tuple(step.settings["axes"]), keepdim=step.settings["keepdims"])


def extreme(function: Callable[..., Any], of_none: Callable[[torch.dtype], float | int]) -> Build:
    """`amax` and `amin` refuse axes without elements: these are given one of the value that changes nothing."""

    def build(step: Step) -> fx.Node:
        empty = {axis for axis in step.settings["axes"] if step.shape[axis] == 0}
        if not empty:
            return reduced(step, function, step.x)
        pads = [(0, int(axis in empty)) for axis in range(len(step.shape))]
        return reduced(step, function, padded(step, pads, of_none(step.type)))

    return build


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
    """Moved by one position along the axis, with a zero in front."""
    zero = torch.zeros_like(x.narrow(axis, 0, 1))
    return torch.cat((zero, x.narrow(axis, 0, x.shape[axis] - 1)), axis)


def top(step: Step) -> Sequence[fx.Node]:
    """The first of equal values, which `topk` does not promise: it serves where no positions are read."""
    k, largest = step.settings["k"], step.settings["largest"]
    if not step.builder.is_read(step.operation.outputs[1]):
        both = step.call(torch.topk, step.x, k, -1, largest)
        return [step.call(operator.getitem, both, place) for place in (0, 1)]
    both = step.call(torch.sort, step.x, dim=-1, descending=largest, stable=True)
    first = (Ellipsis, slice(None, k))
    return [step.call(operator.getitem, step.call(operator.getitem, both, place), first) for place in (0, 1)]


REDUCTIONS: dict[str, Build] = {
    "ReduceSum": total,
    "ReduceMean": reduction(torch.mean),
    "ReduceMax": extreme(torch.amax, lowest),
    "ReduceMin": extreme(torch.amin, highest),
    "ReduceProd": product,
    "ReduceLogSumExp": reduction(torch.logsumexp),
    "ArgMax": position(torch.argmax),
    "ArgMin": position(torch.argmin),
    "CumSum": cumulative_sum,
    "Softmax": lambda step: step.call(functional.softmax, step.x, dim=step.settings["axis"]),
    "LogSoftmax": lambda step: step.call(functional.log_softmax, step.x, dim=step.settings["axis"]),
    "TopK": top,
}

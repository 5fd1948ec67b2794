"""Operations that pick or place elements by index."""

from __future__ import annotations

import operator

import torch
import torch.nn.functional as functional
from torch import fx

from ..builder import Build, Step

# Names of `scatter_reduce`'s reductions.
REDUCTIONS = {"add": "sum", "mul": "prod", "max": "amax", "min": "amin"}


def gather(step: Step) -> fx.Node:
    """Rows of a constant table are an embedding, whose gradient has a kernel of its own."""
    x, indices = step.operands
    if step.settings["axis"] == 0 and step.builder.is_constant(step.inputs[0]) and len(step.shape) == 2:
        return step.call(functional.embedding, indices, x)
    before = (slice(None),) * step.settings["axis"]
    return step.call(operator.getitem, x, (*before, indices))


def gather_elements(step: Step) -> fx.Node:
    x, indices = step.operands
    return step.call(torch.gather, x, step.settings["axis"], indices)


def gather_slices(x: torch.Tensor, indices: torch.Tensor, batch_dims: int) -> torch.Tensor:
    """For each element of the batch, what lies at the indices in the last axis."""
    outer = indices.dim() - 1
    batch = [
        torch.arange(x.shape[axis]).reshape([-1 if each == axis else 1 for each in range(outer)])
        for axis in range(batch_dims)
    ]
    return x[(*batch, *indices.unbind(-1))]


def scatter_elements(step: Step) -> fx.Node:
    x, indices, updates = step.operands
    axis, how = step.settings["axis"], step.settings["reduction"]
    if how == "none":
        return step.call(torch.scatter, x, axis, indices, updates)
    if how == "add":
        return step.call(torch.scatter_add, x, axis, indices, updates)
    return step.call(torch.scatter_reduce, x, axis, indices, updates, REDUCTIONS[how])


def scatter_slices(step: Step) -> fx.Node:
    how = step.settings["reduction"]
    if how in ("none", "add"):
        return step.call(put_slices, *step.operands, how == "add")
    return step.call(reduce_slices, *step.operands, REDUCTIONS[how])


def put_slices(
    x: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor, accumulate: bool
) -> torch.Tensor:
    return torch.index_put(x, indices.unbind(-1), updates, accumulate)


def reduce_slices(x: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor, how: str) -> torch.Tensor:
    """With the indexed axes as one, and the others as another."""
    depth = indices.shape[-1]
    rows = torch.zeros(indices.shape[:-1], dtype=indices.dtype)
    for axis, place in enumerate(indices.unbind(-1)):
        rows = rows * x.shape[axis] + place
    count, width = x.shape[:depth].numel(), x.shape[depth:].numel()
    places = rows.reshape(-1, 1).expand(-1, width)
    found = torch.scatter_reduce(x.reshape(count, width), 0, places, updates.reshape(-1, width), how)
    return found.reshape(x.shape)


INDEXING: dict[str, Build] = {
    "Gather": gather,
    "GatherElements": gather_elements,
    "GatherND": lambda step: step.call(gather_slices, *step.operands, step.settings["batchDims"]),
    "ScatterElements": scatter_elements,
    "ScatterND": scatter_slices,
}

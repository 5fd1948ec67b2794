"""Operations that pick or place elements by index. Indices are in range and not negative."""

from __future__ import annotations

from typing import Mapping

import numpy as np
from keras import ops

from .call import Call, Settings, Tensor, type_of

REDUCTIONS = {"none": None, "add": "add", "mul": "mul", "max": "max", "min": "min"}


def elements(settings: Settings, x: Tensor, indices: Tensor) -> Tensor:
    """Along one axis; of the others only as much as there are indices for, where NumPy would broadcast."""
    axis = settings["axis"]
    ends = [own if each == axis else indices.shape[each] for each, own in enumerate(x.shape)]
    return ops.take_along_axis(x[tuple(map(slice, ends))], indices, axis=axis)


def placed_elements(settings: Settings, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    shape = tuple(indices.shape)
    axes = [
        indices
        if axis == settings["axis"]
        else ops.convert_to_tensor(np.broadcast_to(grid, shape).astype(type_of(indices)))
        for axis, grid in enumerate(np.ogrid[tuple(map(slice, shape))])
    ]
    places = ops.reshape(ops.stack(axes, axis=-1), (-1, len(shape)))
    reduction = REDUCTIONS[settings["reduction"]]
    return ops.scatter_update(x, places, ops.reshape(updates, (-1,)), reduction=reduction)


def placed_slices(settings: Settings, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    depth = indices.shape[-1]
    places = ops.reshape(indices, (-1, depth))
    rows = ops.reshape(updates, (places.shape[0], *x.shape[depth:]))
    return ops.scatter_update(x, places, rows, reduction=REDUCTIONS[settings["reduction"]])


INDEXING: Mapping[str, Call] = {
    "Gather": lambda s, x, indices: ops.take(x, indices, axis=s["axis"]),
    "GatherElements": elements,
    "ScatterElements": placed_elements,
    "ScatterND": placed_slices,
}

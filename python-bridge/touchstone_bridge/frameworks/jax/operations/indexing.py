"""Operations that pick or place elements by index. Indices are in range: what XLA does with others does not matter."""

from __future__ import annotations

from typing import Mapping, Tuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .call import Call, Settings, Tensor

# Names of the methods of `x.at[...]`.
UPDATES = {"none": "set", "add": "add", "mul": "multiply", "max": "max", "min": "min"}


def elements(settings: Settings, x: Tensor, indices: Tensor) -> Tensor:
    """Along one axis; of the others only as much as there are indices for, where NumPy would broadcast."""
    axis = settings["axis"]
    ends = [own if each == axis else indices.shape[each] for each, own in enumerate(x.shape)]
    part = lax.slice(x, [0] * x.ndim, ends)
    return jnp.take_along_axis(part, indices, axis, mode="clip")


def slices(settings: Settings, x: Tensor, indices: Tensor) -> Tensor:
    """Gathers from each element of the batch, at the indices in the last axis."""

    def gather(data: Tensor, places: Tensor) -> Tensor:
        return data.at[tuple(jnp.moveaxis(places, -1, 0))].get(mode="clip")

    for _ in range(settings["batchDims"]):
        gather = jax.vmap(gather)
    return gather(x, indices)


def placed_elements(settings: Settings, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    grids: Tuple[Tensor, ...] = tuple(np.ogrid[tuple(slice(0, extent) for extent in indices.shape)])
    axis = settings["axis"]
    places = (*grids[:axis], indices, *grids[axis + 1 :])
    return getattr(x.at[places], UPDATES[settings["reduction"]])(updates)


def placed_slices(settings: Settings, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    places = tuple(jnp.moveaxis(indices, -1, 0))
    return getattr(x.at[places], UPDATES[settings["reduction"]])(updates)


INDEXING: Mapping[str, Call] = {
    "Gather": lambda s, x, indices: jnp.take(x, indices, s["axis"], mode="clip"),
    "GatherElements": elements,
    "GatherND": slices,
    "ScatterElements": placed_elements,
    "ScatterND": placed_slices,
}

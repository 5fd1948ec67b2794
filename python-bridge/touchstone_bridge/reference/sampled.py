"""ONNX's GridSample written out in NumPy, from the operator's definition (onnx/docs/Operators.md#GridSample).

The evaluator of onnx 1.23 loops over every element in Python, rounds positions to float32, and moves a position beyond
the border onto it before a cubic interpolation too, where PyTorch and ONNX Runtime go on with the border's values
(op_grid_sample.py).
"""

from __future__ import annotations

import itertools
from typing import Any, Callable, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]
Edges = tuple[float, float]


class GridSample(OpRun):  # type: ignore[misc]
    """In place of the evaluator's own."""

    op_domain = ""

    def _run(
        self,
        x: Array,
        grid: Array,
        mode: Optional[str] = None,
        padding_mode: Optional[str] = None,
        align_corners: Optional[int] = None,
    ) -> tuple[Array]:
        taps = TAPS[mode or "linear"]
        padding = padding_mode or "zeros"
        extents = x.shape[2:]
        # The last axis of the picture comes first.
        axes = [
            axis_taps(grid[..., -1 - axis], extent, taps, padding, bool(align_corners))
            for axis, extent in enumerate(extents)
        ]
        batch = np.arange(x.shape[0]).reshape(-1, *[1] * (grid.ndim - 2))
        moved = np.moveaxis(x, 1, -1)
        result = np.zeros((*grid.shape[:-1], x.shape[1]))
        for chosen in itertools.product(*axes):
            weight = np.prod([each for _, each in chosen], axis=0)
            result += weight[..., None] * moved[(batch, *[position for position, _ in chosen])]
        return (np.moveaxis(result, -1, 1).astype(x.dtype),)


Taps = Callable[[Array], list[tuple[Array, Array]]]


def axis_taps(
    given: Array, extent: int, taps: Taps, padding: str, aligned: bool
) -> list[tuple[Array, Array]]:
    """The elements that each position is made of along one axis, and what each counts for."""
    wide = given.astype(np.float64)
    place = (wide + 1) / 2 * (extent - 1) if aligned else ((wide + 1) * extent - 1) / 2
    edges = (0.0, extent - 1.0) if aligned else (-0.5, extent - 0.5)
    return [within(position, weight, extent, padding, edges) for position, weight in taps(place)]


def within(position: Array, weight: Array, extent: int, padding: str, edges: Edges) -> tuple[Array, Array]:
    """An element beyond the edge is none, or another one."""
    found = reflected(position, edges) if padding == "reflection" else position
    clipped = np.clip(found, 0, extent - 1)
    counts = weight if padding != "zeros" else np.where(position == clipped, weight, 0)
    return clipped.astype(np.int64), counts


def reflected(position: Array, edges: Edges) -> Array:
    """Back and forth between the edges."""
    low, high = edges
    if low == high:
        return np.zeros_like(position)
    return high - np.abs((position - low) % (2 * (high - low)) - (high - low))


def nearest(place: Array) -> list[tuple[Array, Array]]:
    return [(np.rint(place), np.ones_like(place))]


def linear(place: Array) -> list[tuple[Array, Array]]:
    first = np.floor(place)
    return [(first, 1 - (place - first)), (first + 1, place - first)]


def cubic(place: Array) -> list[tuple[Array, Array]]:
    """Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = -0.75."""
    first = np.floor(place)
    return [(first + offset, keys(np.abs(place - first - offset))) for offset in (-1, 0, 1, 2)]


def keys(d: Array, a: float = -0.75) -> Array:
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, far)


# Before operator set 20 modes have the names that they have of pictures.
TAPS: dict[str, Taps] = {
    "nearest": nearest,
    "linear": linear,
    "bilinear": linear,
    "cubic": cubic,
    "bicubic": cubic,
}

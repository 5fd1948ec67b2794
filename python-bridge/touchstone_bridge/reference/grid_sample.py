"""ONNX's GridSample in NumPy, from the operator's definition (onnx/docs/Operators.md#GridSample).

The evaluator of onnx 1.23 loops over every element in Python, rounds positions to float32, and clamps positions to the
border also before a cubic interpolation, where PyTorch and ONNX Runtime clamp the indices of the four elements
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
    """Replaces the evaluator's implementation."""

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
        # The coordinates of the grid start with the last axis of the image.
        axes = [
            axis_taps(grid[..., -1 - axis], extent, taps, padding, bool(align_corners))
            for axis, extent in enumerate(extents)
        ]
        batch = np.arange(x.shape[0]).reshape(-1, *[1] * (grid.ndim - 2))
        channels_last = np.moveaxis(x, 1, -1)
        result = np.zeros((*grid.shape[:-1], x.shape[1]))
        for combination in itertools.product(*axes):
            weight = np.prod([each for _, each in combination], axis=0)
            result += weight[..., None] * channels_last[(batch, *[position for position, _ in combination])]
        return (np.moveaxis(result, -1, 1).astype(x.dtype),)


Taps = Callable[[Array], list[tuple[Array, Array]]]


def axis_taps(
    given: Array, extent: int, taps: Taps, padding: str, aligned: bool
) -> list[tuple[Array, Array]]:
    """For each position along one axis the elements that are interpolated, and their weights."""
    wide = given.astype(np.float64)
    position = (wide + 1) / 2 * (extent - 1) if aligned else ((wide + 1) * extent - 1) / 2
    edges = (0.0, extent - 1.0) if aligned else (-0.5, extent - 0.5)
    return [within(element, weight, extent, padding, edges) for element, weight in taps(position)]


def within(position: Array, weight: Array, extent: int, padding: str, edges: Edges) -> tuple[Array, Array]:
    """Applies the padding mode to an element beyond the edges: weight 0, or another element."""
    found = reflected(position, edges) if padding == "reflection" else position
    clipped = np.clip(found, 0, extent - 1)
    kept = weight if padding != "zeros" else np.where(position == clipped, weight, 0)
    return clipped.astype(np.int64), kept


def reflected(position: Array, edges: Edges) -> Array:
    """Reflects positions at both edges."""
    low, high = edges
    if low == high:
        return np.zeros_like(position)
    return high - np.abs((position - low) % (2 * (high - low)) - (high - low))


def nearest(position: Array) -> list[tuple[Array, Array]]:
    return [(np.rint(position), np.ones_like(position))]


def linear(position: Array) -> list[tuple[Array, Array]]:
    first = np.floor(position)
    return [(first, 1 - (position - first)), (first + 1, position - first)]


def cubic(position: Array) -> list[tuple[Array, Array]]:
    """Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = -0.75."""
    first = np.floor(position)
    return [(first + offset, keys(np.abs(position - first - offset))) for offset in (-1, 0, 1, 2)]


def keys(d: Array, a: float = -0.75) -> Array:
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, far)


# Before operator set 20 the modes are named as for images.
TAPS: dict[str, Taps] = {
    "nearest": nearest,
    "linear": linear,
    "bilinear": linear,
    "cubic": cubic,
    "bicubic": cubic,
}

"""Average pooling whose pads do not count, for frameworks that have only one whose pads do, or none with pads.

Pads are ONNX's: those before every spatial axis, then those behind.
"""

from __future__ import annotations

from functools import reduce
from typing import Sequence

import numpy as np

from ..artefact import Array


def pad_pairs(pads: Sequence[int]) -> list[tuple[int, int]]:
    """(before, after) for each axis of [batch, spatial axes, channels]."""
    axes = len(pads) // 2
    return [(0, 0), *zip(pads[:axes], pads[axes:]), (0, 0)]


def same_pads(input_shape: Sequence[int], pool: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Pads with which there are ceil(extent / stride) positions; the odd one at the end."""
    totals = [
        max((-(-extent // stride) - 1) * stride + size - extent, 0)
        for extent, size, stride in zip(input_shape[1:], pool, strides)
    ]
    less = [total // 2 for total in totals]
    return less + [total - half for total, half in zip(totals, less)]


def uncounting(
    input_shape: Sequence[int], pool: Sequence[int], strides: Sequence[int], pads: Sequence[int]
) -> Array:
    """What the average over padded windows is to be multiplied by, [1, spatial axes, 1]: size ÷ elements inside.

    `input_shape` is [batch, spatial axes, channels] before padding.
    """
    axes = len(pool)
    inside = [
        _counts(input_shape[axis + 1], pool[axis], strides[axis], pads[axis], pads[axis + axes])
        for axis in range(axes)
    ]
    factor = np.prod(pool) / reduce(np.multiply.outer, [np.asarray(counts) for counts in inside])
    return np.asarray(factor, np.float32)[None, ..., None]


def _counts(length: int, pool: int, stride: int, before: int, after: int) -> list[int]:
    """Elements of the input itself in each window along one axis."""
    starts = range(-before, length + after - pool + 1, stride)
    return [min(start + pool, length) - max(start, 0) for start in starts]

"""Average pooling whose pads do not count, for frameworks that have only one whose pads do, or none with pads."""

from __future__ import annotations

from typing import Sequence

import numpy as np

from ..artefact import Array


def pad_pairs(pads: Sequence[int]) -> list[tuple[int, int]]:
    """Top, left, bottom, right as (before, after) for each axis of [batch, height, width, channels]."""
    top, left, bottom, right = pads
    return [(0, 0), (top, bottom), (left, right), (0, 0)]


def same_pads(input_shape: Sequence[int], pool: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Top, left, bottom, right with which there are ceil(extent / stride) positions; the odd one at the end."""
    totals = [
        max(
            (-(-input_shape[axis + 1] // strides[axis]) - 1) * strides[axis]
            + pool[axis]
            - input_shape[axis + 1],
            0,
        )
        for axis in (0, 1)
    ]
    less = [total // 2 for total in totals]
    return less + [total - half for total, half in zip(totals, less)]


def uncounting(
    input_shape: Sequence[int], pool: Sequence[int], strides: Sequence[int], pads: Sequence[int]
) -> Array:
    """What the average over padded windows is to be multiplied by, [1, height, width, 1]: size ÷ elements inside.

    `input_shape` is [batch, height, width, channels] before padding.
    """
    inside = [
        _counts(input_shape[axis + 1], pool[axis], strides[axis], pads[axis], pads[axis + 2])
        for axis in (0, 1)
    ]
    factor = pool[0] * pool[1] / np.outer(inside[0], inside[1])
    return np.asarray(factor, np.float32)[None, :, :, None]


def _counts(length: int, pool: int, stride: int, before: int, after: int) -> list[int]:
    """Elements of the input itself in each window along one axis."""
    starts = range(-before, length + after - pool + 1, stride)
    return [min(start + pool, length) - max(start, 0) for start in starts]

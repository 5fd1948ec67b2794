"""ONNX's ConvTranspose in NumPy, from the operator's definition (onnx/docs/Operators.md#ConvTranspose).

The evaluator of onnx 1.23 loops over every element in Python, which takes minutes for a U-Net, assumes one channel per
group, and supports `output_shape` only together with `auto_pad` (op_conv_transpose.py).
"""

from __future__ import annotations

import itertools
from typing import Any, Optional, Sequence

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]
Index = tuple[Any, ...]


class ConvTranspose(OpRun):  # type: ignore[misc]
    """Replaces the evaluator's implementation."""

    op_domain = ""

    def _run(
        self,
        x: Array,
        w: Array,
        b: Optional[Array] = None,
        auto_pad: Optional[str] = None,
        dilations: Optional[Sequence[int]] = None,
        group: Optional[int] = None,
        kernel_shape: Optional[Sequence[int]] = None,
        output_padding: Optional[Sequence[int]] = None,
        output_shape: Optional[Sequence[int]] = None,
        pads: Optional[Sequence[int]] = None,
        strides: Optional[Sequence[int]] = None,
    ) -> tuple[Array]:
        axes = x.ndim - 2
        strides = list(strides or [1] * axes)
        dilations = list(dilations or [1] * axes)
        extra = list(output_padding or [0] * axes)
        full = full_result(x, w, strides, dilations, group or 1)
        same = auto_pad if auto_pad in ("SAME_UPPER", "SAME_LOWER") else None
        if same and not output_shape:
            output_shape = [extent * stride for extent, stride in zip(x.shape[2:], strides)]
        if output_shape:
            extents = list(output_shape)[-axes:]
            surplus = [size + more - extent for size, more, extent in zip(full.shape[2:], extra, extents)]
            # An odd surplus is cropped at the end for SAME_UPPER, otherwise at the begin.
            begins = [part // 2 if same == "SAME_UPPER" else part - part // 2 for part in surplus]
        else:
            edges = [0] * (2 * axes) if auto_pad == "VALID" else list(pads or [0] * (2 * axes))
            begins = edges[:axes]
            sizes = zip(full.shape[2:], extra, begins, edges[axes:])
            extents = [size + more - begin - end for size, more, begin, end in sizes]
        result = crop(full, begins, extents)
        return (result if b is None else result + b.reshape(-1, *[1] * axes),)


def full_result(x: Array, w: Array, strides: Sequence[int], dilations: Sequence[int], groups: int) -> Array:
    """The transposed convolution without pads. w: [channels, filters / groups, kernel…]"""
    kernel = w.shape[2:]
    extents = [
        (extent - 1) * stride + (size - 1) * dilation + 1
        for extent, stride, size, dilation in zip(x.shape[2:], strides, kernel, dilations)
    ]
    parts = []
    for values, filters in zip(np.split(x, groups, axis=1), np.split(w, groups, axis=0)):
        part = np.zeros((x.shape[0], w.shape[1], *extents), x.dtype)
        for position in itertools.product(*map(range, kernel)):
            tap: Index = (..., *position)
            product = np.tensordot(filters[tap], values, axes=(0, 1))
            where = zip(position, dilations, x.shape[2:], strides)
            targets: Index = tuple(
                slice(at * dilation, at * dilation + (extent - 1) * stride + 1, stride)
                for at, dilation, extent, stride in where
            )
            part[(slice(None), slice(None), *targets)] += np.moveaxis(product, 1, 0)
        parts.append(part)
    return np.concatenate(parts, axis=1)


def crop(full: Array, begins: Sequence[int], extents: Sequence[int]) -> Array:
    """The extents that start at `begins`, filled with zeros where they exceed the array."""
    result = np.zeros((*full.shape[:2], *extents), full.dtype)
    source: Index = (..., *[slice(max(begin, 0), begin + extent) for begin, extent in zip(begins, extents)])
    taken = full[source]
    target: Index = (
        ...,
        *[slice(max(-begin, 0), max(-begin, 0) + size) for begin, size in zip(begins, taken.shape[2:])],
    )
    result[target] = taken
    return result

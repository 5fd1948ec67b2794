"""ONNX's ConvTranspose written out in NumPy, from the operator's definition (onnx/docs/Operators.md#ConvTranspose).

The evaluator of onnx 1.23 loops over every element in Python, which takes minutes for a U-Net, gives each group one
channel whatever the group has, and knows `output_shape` only together with `auto_pad` (op_conv_transpose.py).
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
    """In place of the evaluator's own."""

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
        more = list(output_padding or [0] * axes)
        whole = whole_picture(x, w, strides, dilations, group or 1)
        same = auto_pad if auto_pad in ("SAME_UPPER", "SAME_LOWER") else None
        if same and not output_shape:
            output_shape = [extent * stride for extent, stride in zip(x.shape[2:], strides)]
        if output_shape:
            extents = list(output_shape)[-axes:]
            spare = [full + extra - extent for full, extra, extent in zip(whole.shape[2:], more, extents)]
            # The odd one is cut at the end for SAME_UPPER, and at the begin else.
            begins = [part // 2 if same == "SAME_UPPER" else part - part // 2 for part in spare]
        else:
            cuts = [0] * (2 * axes) if auto_pad == "VALID" else list(pads or [0] * (2 * axes))
            begins = cuts[:axes]
            ends = zip(whole.shape[2:], more, begins, cuts[axes:])
            extents = [full + extra - begin - end for full, extra, begin, end in ends]
        result = cut(whole, begins, extents)
        return (result if b is None else result + b.reshape(-1, *[1] * axes),)


def whole_picture(x: Array, w: Array, strides: Sequence[int], dilations: Sequence[int], groups: int) -> Array:
    """Every value times every filter, added where it falls; nothing cut. w: [channels, filters / groups, kernel…]"""
    kernel = w.shape[2:]
    extents = [
        (extent - 1) * stride + (size - 1) * dilation + 1
        for extent, stride, size, dilation in zip(x.shape[2:], strides, kernel, dilations)
    ]
    parts = []
    for values, filters in zip(np.split(x, groups, axis=1), np.split(w, groups, axis=0)):
        part = np.zeros((x.shape[0], w.shape[1], *extents), x.dtype)
        for position in itertools.product(*map(range, kernel)):
            chosen: Index = (..., *position)
            product = np.tensordot(filters[chosen], values, axes=(0, 1))
            where = zip(position, dilations, x.shape[2:], strides)
            places: Index = tuple(
                slice(at * dilation, at * dilation + (extent - 1) * stride + 1, stride)
                for at, dilation, extent, stride in where
            )
            part[(slice(None), slice(None), *places)] += np.moveaxis(product, 1, 0)
        parts.append(part)
    return np.concatenate(parts, axis=1)


def cut(picture: Array, begins: Sequence[int], extents: Sequence[int]) -> Array:
    """So much of it from there on; zeros where it is not so large."""
    result = np.zeros((*picture.shape[:2], *extents), picture.dtype)
    source: Index = (..., *[slice(max(begin, 0), begin + extent) for begin, extent in zip(begins, extents)])
    taken = picture[source]
    goal: Index = (
        ...,
        *[slice(max(-begin, 0), max(-begin, 0) + size) for begin, size in zip(begins, taken.shape[2:])],
    )
    result[goal] = taken
    return result

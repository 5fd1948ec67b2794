"""What the evaluator of onnx 1.23 gets wrong of poolings."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun
from onnx.reference.ops.op_average_pool import AveragePool_19 as NewestAveragePool
from onnx.reference.ops.op_max_pool import MaxPool as NewestMaxPool

Array = npt.NDArray[Any]


class GlobalMaxPool(OpRun):  # type: ignore[misc]
    """In place of the evaluator's own, which over one spatial axis takes the channels along (op_global_max_pool.py)."""

    op_domain = ""

    def _run(self, x: Array) -> tuple[Array]:
        return (np.max(x, axis=tuple(range(2, x.ndim)), keepdims=True),)


class MaxPool(NewestMaxPool):  # type: ignore[misc]
    """
    Written out for all that has one output: with pads the evaluator has a position too few or too many, by what it
    rounds up, by SAME_LOWER, and by pads that differ between the two ends. The places of the maxima are its own.
    """

    op_domain = ""

    def _run(self, x: Array, **attributes: Any) -> Any:
        if len(self.output) > 1:
            return super()._run(x, **attributes)
        least = -np.inf if np.issubdtype(x.dtype, np.floating) else np.iinfo(x.dtype).min
        sizes, steps, within = [], [], []
        for axis, (size, stride, dilation, begin, _, positions) in enumerate(
            list(geometry(x, attributes)), 2
        ):
            whole = (size - 1) * dilation + 1
            reach = (positions - 1) * stride + whole
            pads = [(0, 0)] * x.ndim
            pads[axis] = (begin, max(0, reach - begin - x.shape[axis]))
            x = np.pad(x, pads, constant_values=least).take(range(reach), axis=axis)
            sizes.append(whole)
            steps.append(slice(None, None, stride))
            within.append(slice(None, None, dilation))
        axes = tuple(range(2, x.ndim))
        windows = np.lib.stride_tricks.sliding_window_view(x, sizes, axes)
        chosen = windows[(slice(None), slice(None), *steps, *within)]
        return (chosen.max(axis=tuple(range(x.ndim, chosen.ndim))),)


class AveragePool(NewestAveragePool):  # type: ignore[misc]
    """In place of the evaluator's own, which refuses to round up what is padded by a word."""

    op_domain = ""

    def _run(self, x: Array, **attributes: Any) -> Any:
        automatic = attributes.get("auto_pad")
        begins, ends = zip(*((begin, end) for _, _, _, begin, end, _ in geometry(x, attributes)))
        # A position for every stride, whichever way it is rounded.
        rounds_up = 0 if automatic in SAME else attributes.get("ceil_mode")
        settled = {"auto_pad": "NOTSET", "pads": [*begins, *ends], "ceil_mode": rounds_up}
        return super()._run(x, **{**attributes, **settled})


SAME = ("SAME_UPPER", "SAME_LOWER")


def geometry(x: Array, attributes: Mapping[str, Any]) -> Iterator[tuple[int, int, int, int, int, int]]:
    """
    Of each spatial axis: the window's size, stride, dilation, the pads before and behind, and how many positions it
    has, as onnx/docs/Operators.md#MaxPool defines them. A window that would begin behind the values and the pads before
    them is none.
    """
    kernel = attributes["kernel_shape"]
    axes, automatic = len(kernel), attributes.get("auto_pad")
    ones, none = [1] * axes, [0] * (2 * axes)
    strides, dilations = attributes.get("strides") or ones, attributes.get("dilations") or ones
    pads = none if automatic == "VALID" else attributes.get("pads") or none
    for axis, (extent, size, stride, dilation) in enumerate(zip(x.shape[2:], kernel, strides, dilations)):
        whole = (size - 1) * dilation + 1
        if automatic in SAME:
            positions = -(-extent // stride)
            spare = max(0, (positions - 1) * stride + whole - extent)
            less, more = spare // 2, spare - spare // 2
            begin, end = (more, less) if automatic == "SAME_LOWER" else (less, more)
        else:
            begin, end = pads[axis], pads[axes + axis]
            room = extent + begin + end - whole
            positions = (-(-room // stride) if attributes.get("ceil_mode") else room // stride) + 1
            if attributes.get("ceil_mode") and (positions - 1) * stride >= extent + begin:
                positions -= 1
        yield size, stride, dilation, begin, end, positions

"""Corrections of the poolings of the evaluator of onnx 1.23."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun
from onnx.reference.ops.op_average_pool import AveragePool_19 as NewestAveragePool
from onnx.reference.ops.op_max_pool import MaxPool as NewestMaxPool

Array = npt.NDArray[Any]


class GlobalMaxPool(OpRun):  # type: ignore[misc]
    """Replaces the evaluator's, which with one spatial axis also reduces the channels (op_global_max_pool.py)."""

    op_domain = ""

    def _run(self, x: Array) -> tuple[Array]:
        return (np.max(x, axis=tuple(range(2, x.ndim)), keepdims=True),)


class MaxPool(NewestMaxPool):  # type: ignore[misc]
    """Replaces the evaluator's if there is one output.

    With pads the evaluator computes a position too few or too many for ceil_mode, SAME_LOWER and asymmetric pads. With
    the indices of the maxima as second output it is used unchanged.
    """

    op_domain = ""

    def _run(self, x: Array, **attributes: Any) -> Any:
        if len(self.output) > 1:
            return super()._run(x, **attributes)
        lowest = -np.inf if np.issubdtype(x.dtype, np.floating) else np.iinfo(x.dtype).min
        sizes, steps, within = [], [], []
        for axis, (size, stride, dilation, begin, _, positions) in enumerate(
            list(geometry(x, attributes)), 2
        ):
            span = (size - 1) * dilation + 1
            reach = (positions - 1) * stride + span
            pads = [(0, 0)] * x.ndim
            pads[axis] = (begin, max(0, reach - begin - x.shape[axis]))
            x = np.pad(x, pads, constant_values=lowest).take(range(reach), axis=axis)
            sizes.append(span)
            steps.append(slice(None, None, stride))
            within.append(slice(None, None, dilation))
        axes = tuple(range(2, x.ndim))
        windows = np.lib.stride_tricks.sliding_window_view(x, sizes, axes)
        chosen = windows[(slice(None), slice(None), *steps, *within)]
        return (chosen.max(axis=tuple(range(x.ndim, chosen.ndim))),)


class AveragePool(NewestAveragePool):  # type: ignore[misc]
    """Replaces the evaluator's, which does not support ceil_mode with auto_pad."""

    op_domain = ""

    def _run(self, x: Array, **attributes: Any) -> Any:
        automatic = attributes.get("auto_pad")
        begins, ends = zip(*((begin, end) for _, _, _, begin, end, _ in geometry(x, attributes)))
        # SAME has a position for every stride, with and without ceil_mode.
        rounds_up = 0 if automatic in SAME else attributes.get("ceil_mode")
        explicit = {"auto_pad": "NOTSET", "pads": [*begins, *ends], "ceil_mode": rounds_up}
        return super()._run(x, **{**attributes, **explicit})


SAME = ("SAME_UPPER", "SAME_LOWER")


def geometry(x: Array, attributes: Mapping[str, Any]) -> Iterator[tuple[int, int, int, int, int, int]]:
    """For each spatial axis the window's size, stride, dilation, begin and end pad, and number of positions.

    As defined in onnx/docs/Operators.md#MaxPool. A window that would start in the end pad does not count.
    """
    kernel = attributes["kernel_shape"]
    axes, automatic = len(kernel), attributes.get("auto_pad")
    ones, none = [1] * axes, [0] * (2 * axes)
    strides, dilations = attributes.get("strides") or ones, attributes.get("dilations") or ones
    pads = none if automatic == "VALID" else attributes.get("pads") or none
    for axis, (extent, size, stride, dilation) in enumerate(zip(x.shape[2:], kernel, strides, dilations)):
        span = (size - 1) * dilation + 1
        if automatic in SAME:
            positions = -(-extent // stride)
            total = max(0, (positions - 1) * stride + span - extent)
            less, more = total // 2, total - total // 2
            begin, end = (more, less) if automatic == "SAME_LOWER" else (less, more)
        else:
            begin, end = pads[axis], pads[axes + axis]
            room = extent + begin + end - span
            positions = (-(-room // stride) if attributes.get("ceil_mode") else room // stride) + 1
            if attributes.get("ceil_mode") and (positions - 1) * stride >= extent + begin:
                positions -= 1
        yield size, stride, dilation, begin, end, positions

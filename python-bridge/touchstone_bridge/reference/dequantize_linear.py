"""ONNX's DequantizeLinear in every operator set, from its definition (onnx/docs/Operators.md#DequantizeLinear).

The evaluator of onnx 1.23 has it only from operator set 19 on, and computes it in float32 (op_dequantize_linear.py).
"""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]


class DequantizeLinear(OpRun):  # type: ignore[misc]
    """Replaces the evaluator's implementation. The result has the type of the scale, here float64."""

    op_domain = ""

    def _run(
        self,
        x: Array,
        scale: Array,
        zero: Optional[Array] = None,
        axis: Optional[int] = None,
        block_size: Optional[int] = None,
        output_dtype: Optional[int] = None,
    ) -> tuple[Array]:
        along = 1 if axis is None else axis
        steps = x.astype(np.float64)
        if zero is not None:
            steps = steps - broadcastable(zero, x, along, block_size or 0)
        return (np.asarray(steps * broadcastable(scale, x, along, block_size or 0), dtype=scale.dtype),)


def broadcastable(values: Array, x: Array, axis: int, block: int) -> Array:
    """One value for x, one for each index along the axis or one for each block, in a shape that broadcasts to x."""
    if block > 0:
        return np.take(np.repeat(values, block, axis=axis), range(x.shape[axis]), axis=axis)
    if values.size == 1:
        return values.reshape(())
    shape = [1] * x.ndim
    shape[axis] = values.size
    return values.reshape(shape)

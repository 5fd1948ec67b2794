"""ONNX's DequantizeLinear of every operator set, from its definition (onnx/docs/Operators.md#DequantizeLinear).

The evaluator of onnx 1.23 has it from operator set 19 on only, and computes it in float32 (op_dequantize_linear.py).
"""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]


class DequantizeLinear(OpRun):  # type: ignore[misc]
    """In place of the evaluator's own. The result has the type of the scale, which is wide here."""

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
        place = 1 if axis is None else axis
        steps = x.astype(np.float64)
        if zero is not None:
            steps = steps - spread(zero, x, place, block_size or 0)
        return (np.asarray(steps * spread(scale, x, place, block_size or 0), dtype=scale.dtype),)


def spread(values: Array, x: Array, axis: int, block: int) -> Array:
    """One for all, one for each position of the axis, or one for each block along it, as it broadcasts against x."""
    if block > 0:
        return np.take(np.repeat(values, block, axis=axis), range(x.shape[axis]), axis=axis)
    if values.size == 1:
        return values.reshape(())
    shape = [1] * x.ndim
    shape[axis] = values.size
    return values.reshape(shape)

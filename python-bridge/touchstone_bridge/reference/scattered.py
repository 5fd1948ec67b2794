"""ONNX's Scatter, the name of ScatterElements before operator set 11: the evaluator of onnx 1.23 does not know it."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]


class Scatter(OpRun):  # type: ignore[misc]
    """Each update where its index says along the axis."""

    op_domain = ""

    def _run(self, x: Array, indices: Array, updates: Array, axis: Optional[int] = None) -> tuple[Array]:
        result = x.copy()
        np.put_along_axis(result, indices, updates, axis=axis or 0)
        return (result,)

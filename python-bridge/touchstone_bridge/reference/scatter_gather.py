"""Scatter and GatherElements, which the evaluator of onnx 1.23 does not have or computes incorrectly."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]


class Scatter(OpRun):  # type: ignore[misc]
    """ScatterElements under its name before operator set 11."""

    op_domain = ""

    def _run(self, x: Array, indices: Array, updates: Array, axis: Optional[int] = None) -> tuple[Array]:
        result = x.copy()
        np.put_along_axis(result, indices, updates, axis=axis or 0)
        return (result,)


class GatherElements(OpRun):  # type: ignore[misc]
    """Replaces the evaluator's, which is wrong for axis -1 (op_gather_elements.py)."""

    op_domain = ""

    def _run(self, x: Array, indices: Array, axis: Optional[int] = None) -> tuple[Array]:
        along = (axis or 0) % x.ndim
        # Along the other axes there may be fewer indices than elements.
        part = tuple(slice(None if at == along else extent) for at, extent in enumerate(indices.shape))
        return (np.take_along_axis(x[part], indices, axis=along),)

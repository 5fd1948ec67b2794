"""Values at places that other values name, where the evaluator of onnx 1.23 errs or has none."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]


class Scatter(OpRun):  # type: ignore[misc]
    """The name of ScatterElements before operator set 11: each update where its index says along the axis."""

    op_domain = ""

    def _run(self, x: Array, indices: Array, updates: Array, axis: Optional[int] = None) -> tuple[Array]:
        result = x.copy()
        np.put_along_axis(result, indices, updates, axis=axis or 0)
        return (result,)


class GatherElements(OpRun):  # type: ignore[misc]
    """In place of the evaluator's own, which mistakes the last axis where it is called -1 (op_gather_elements.py)."""

    op_domain = ""

    def _run(self, x: Array, indices: Array, axis: Optional[int] = None) -> tuple[Array]:
        along = (axis or 0) % x.ndim
        # Along the other axes there may be fewer indices than values.
        part = tuple(slice(None if at == along else extent) for at, extent in enumerate(indices.shape))
        return (np.take_along_axis(x[part], indices, axis=along),)

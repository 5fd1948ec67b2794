"""What the evaluator of onnx 1.23 gets wrong of poolings."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun

Array = npt.NDArray[Any]


class GlobalMaxPool(OpRun):  # type: ignore[misc]
    """In place of the evaluator's own, which over one spatial axis takes the channels along (op_global_max_pool.py)."""

    op_domain = ""

    def _run(self, x: Array) -> tuple[Array]:
        return (np.max(x, axis=tuple(range(2, x.ndim)), keepdims=True),)

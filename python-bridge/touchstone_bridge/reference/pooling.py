"""What the evaluator of onnx 1.23 gets wrong of poolings."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from onnx.reference.op_run import OpRun
from onnx.reference.ops.op_max_pool import MaxPool as NewestMaxPool

Array = npt.NDArray[Any]


class GlobalMaxPool(OpRun):  # type: ignore[misc]
    """In place of the evaluator's own, which over one spatial axis takes the channels along (op_global_max_pool.py)."""

    op_domain = ""

    def _run(self, x: Array) -> tuple[Array]:
        return (np.max(x, axis=tuple(range(2, x.ndim)), keepdims=True),)


class MaxPool(NewestMaxPool):  # type: ignore[misc]
    """Pads of SAME_UPPER and SAME_LOWER written out: of SAME_LOWER the evaluator has a position too few."""

    op_domain = ""

    def _run(self, x: Array, **attributes: Any) -> Any:
        automatic = attributes.get("auto_pad")
        if automatic not in ("SAME_UPPER", "SAME_LOWER"):
            return super()._run(x, **attributes)
        kernel = attributes["kernel_shape"]
        strides = attributes.get("strides") or [1] * len(kernel)
        dilations = attributes.get("dilations") or [1] * len(kernel)
        begins, ends = [], []
        for extent, size, stride, dilation in zip(x.shape[2:], kernel, strides, dilations):
            positions = -(-extent // stride)
            reach = (positions - 1) * stride + (size - 1) * dilation + 1
            less, more = max(0, reach - extent) // 2, -(-max(0, reach - extent) // 2)
            begins.append(more if automatic == "SAME_LOWER" else less)
            ends.append(less if automatic == "SAME_LOWER" else more)
        return super()._run(x, **{**attributes, "auto_pad": "NOTSET", "pads": begins + ends})

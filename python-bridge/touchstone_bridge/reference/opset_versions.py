"""Operators whose older versions the evaluator of onnx 1.23 computes incorrectly, by the model's operator set."""

from __future__ import annotations

from typing import Any, Callable, Optional

import numpy as np
import numpy.typing as npt
from onnx import ModelProto
from onnx.reference.op_run import OpRun
from onnx.reference.ops.op_resize import Resize as NewestResize
from onnx.reference.ops.op_roi_align import RoiAlign as NewestRoiAlign

Array = npt.NDArray[Any]


def opset_of(operator: OpRun) -> int:
    """The operator set of the operator's model."""
    return int(operator.run_params["opsets"][""])


class BatchNormalization(OpRun):  # type: ignore[misc]
    """Versions 7 to 15. The evaluator treats 7 to 13 as training if they have a momentum, which has a default."""

    op_domain = ""

    def _run(
        self,
        x: Array,
        scale: Array,
        bias: Array,
        mean: Array,
        var: Array,
        epsilon: Optional[float] = None,
        momentum: Optional[float] = None,
        training_mode: Optional[int] = None,
        spatial: Optional[int] = None,
    ) -> tuple[Array, ...]:
        trains = training_mode if opset_of(self) >= 14 else len(self.onnx_node.output) > 1
        found = (mean, var)
        if trains:
            axes = tuple(axis for axis in range(x.ndim) if axis != 1)
            share = 0.9 if momentum is None else momentum
            batch = (x.mean(axis=axes), x.var(axis=axes))
            found = (mean * share + batch[0] * (1 - share), var * share + batch[1] * (1 - share))
            mean, var = batch
        # Version 7 has separate statistics for each position if `spatial` is 0.
        shape = (-1, *(1,) * (x.ndim - 2)) if mean.ndim == 1 and spatial != 0 else mean.shape
        a = scale.reshape(shape) / np.sqrt(var.reshape(shape) + (1e-5 if epsilon is None else epsilon))
        y = a * (x - mean.reshape(shape)) + bias.reshape(shape)
        return (y, *found) if trains else (y,)


class _OverAxis(OpRun):  # type: ignore[misc]
    """Before version 13 over all axes from `axis` on, by default 1; since then over `axis` only."""

    op_domain = ""

    def _run(self, x: Array, axis: Optional[int] = None) -> tuple[Array]:
        if opset_of(self) >= 13:
            return (self.over(x, -1 if axis is None else axis),)
        # The evaluator passes the newest version's default for an omitted attribute.
        is_given = any(each.name == "axis" for each in self.onnx_node.attribute)
        first = (axis if is_given and axis is not None else 1) % max(x.ndim, 1)
        rows = x.reshape(int(np.prod(x.shape[:first])), -1)
        return (self.over(rows, 1).reshape(x.shape),)

    def over(self, x: Array, axis: int) -> Array:
        raise NotImplementedError


class LogSoftmax(_OverAxis):
    def over(self, x: Array, axis: int) -> Array:
        shifted = x - x.max(axis=axis, keepdims=True)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))


class Softmax(LogSoftmax):
    def over(self, x: Array, axis: int) -> Array:
        return np.exp(super().over(x, axis))


class Hardmax(_OverAxis):
    def over(self, x: Array, axis: int) -> Array:
        result = np.zeros_like(x)
        np.put_along_axis(result, np.expand_dims(x.argmax(axis=axis), axis), 1, axis=axis)
        return result


class Resize(NewestResize):  # type: ignore[misc]
    """Version 10 has the scales as second input and asymmetric coordinates; 11 has tf_half_pixel_for_nn."""

    op_domain = ""

    def _run(self, x: Array, *inputs: Any, **attributes: Any) -> Any:
        if attributes.get("coordinate_transformation_mode") == "tf_half_pixel_for_nn":
            return (tf_half_pixel_nearest(x, *inputs[1:], **attributes),)
        if opset_of(self) >= 11:
            return super()._run(x, *inputs, **attributes)
        return super()._run(x, None, inputs[0], **asymmetric(attributes.get("mode")))


class Upsample(NewestResize):  # type: ignore[misc]
    """Version 7, with the scales as an attribute, and 9."""

    op_domain = ""

    def _run(self, x: Array, *inputs: Any, **attributes: Any) -> Any:
        scales = inputs[0] if inputs else np.asarray(attributes["scales"])
        return super()._run(x, None, scales, **asymmetric(attributes.get("mode")))


# Rounding of a position between the elements of x.
NEAREST: dict[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda position: np.ceil(position - 0.5),
    "round_prefer_ceil": lambda position: np.floor(position + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


def tf_half_pixel_nearest(
    x: Array, scales: Any = None, sizes: Any = None, mode: Any = None, nearest_mode: Any = None, **_: Any
) -> Array:
    """Element i of the result is at position (i + 1/2) / scale."""
    if mode not in (None, "nearest"):
        raise NotImplementedError(f"Resize with tf_half_pixel_for_nn and mode {mode}")
    for axis, extent in enumerate(x.shape):
        by_size = sizes is not None and len(sizes) > 0
        scale = sizes[axis] / extent if by_size else float(scales[axis])
        length = int(sizes[axis]) if by_size else int(np.floor(extent * scale))
        position = NEAREST[nearest_mode or "round_prefer_floor"]((np.arange(length) + 0.5) / scale)
        x = np.take(x, np.clip(position, 0, extent - 1).astype(int), axis=axis)
    return x


def asymmetric(mode: Any) -> dict[str, Any]:
    return {
        "mode": mode or "nearest",
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    }


class RoiAlign(NewestRoiAlign):  # type: ignore[misc]
    """Version 10 has no half-pixel shift, the default since version 16."""

    op_domain = ""

    def _run(self, *inputs: Any, **attributes: Any) -> Any:
        if opset_of(self) < 16:
            attributes["coordinate_transformation_mode"] = "output_half_pixel"
        return super()._run(*inputs, **attributes)


class Pad(OpRun):  # type: ignore[misc]
    """Versions 2 to 25, with negative pads, which crop and which the evaluator does not support."""

    op_domain = ""

    def _run(self, x: Array, *inputs: Any, **attributes: Any) -> tuple[Array]:
        given = list(inputs) + [None] * (3 - len(inputs))
        if opset_of(self) < 11:
            given = [attributes["pads"], attributes.get("value"), None]
        pads, value, axes = given
        chosen = range(x.ndim) if axes is None else [int(axis) % x.ndim for axis in axes]
        edges = [(0, 0)] * x.ndim
        for index, axis in enumerate(chosen):
            edges[axis] = (int(pads[index]), int(pads[index + len(chosen)]))
        cropped = tuple(
            slice(max(0, -begin), extent - max(0, -end)) for (begin, end), extent in zip(edges, x.shape)
        )
        wide = [(max(0, begin), max(0, end)) for begin, end in edges]
        mode: Any = attributes.get("mode") or "constant"
        if mode == "constant":
            constant = np.asarray(0 if value is None else value).reshape(-1)[0]
            return (np.pad(x[cropped], wide, mode="constant", constant_values=constant),)
        return (np.pad(x[cropped], wide, mode=mode),)


class GroupNormalization(OpRun):  # type: ignore[misc]
    """Version 18, with a scale for each group, and 21, with one for each channel."""

    op_domain = ""

    def _run(
        self,
        x: Array,
        scale: Array,
        bias: Array,
        epsilon: Optional[float] = None,
        num_groups: Optional[int] = None,
        stash_type: Any = None,
    ) -> tuple[Array]:
        groups = num_groups or 1
        grouped = x.reshape(x.shape[0], groups, -1)
        centred = grouped - grouped.mean(axis=2, keepdims=True)
        y = centred / np.sqrt(
            (centred**2).mean(axis=2, keepdims=True) + (1e-5 if epsilon is None else epsilon)
        )
        ones = (1,) * (x.ndim - 2)
        wide = [np.repeat(each, x.shape[1] // each.shape[0]).reshape(-1, *ones) for each in (scale, bias)]
        return (y.reshape(x.shape) * wide[0] + wide[1],)


class MeanVarianceNormalization(OpRun):  # type: ignore[misc]
    """Versions 9 and 13, with the definition's 1e-9 added to the deviation. The evaluator mixes types in float64."""

    op_domain = ""

    def _run(self, x: Array, axes: Any = None) -> tuple[Array]:
        over = tuple(axes) if axes is not None else (0, 2, 3)
        centred = x - x.mean(axis=over, keepdims=True)
        return (centred / (np.sqrt((centred**2).mean(axis=over, keepdims=True)) + 1e-9),)


class LpNormalization(OpRun):  # type: ignore[misc]
    """Versions 1 and 22. The evaluator omits the absolute value for p = 1. A norm of 0 leaves the values unchanged."""

    op_domain = ""

    def _run(self, x: Array, axis: Optional[int] = None, p: Optional[int] = None) -> tuple[Array]:
        power = p or 2
        length = (np.abs(x) ** power).sum(axis=-1 if axis is None else axis, keepdims=True) ** (1 / power)
        return (x / np.where(length == 0, 1, length),)


class GlobalLpPool(OpRun):  # type: ignore[misc]
    """Versions 2 and 22, which the evaluator does not have."""

    op_domain = ""

    def _run(self, x: Array, p: Optional[int] = None) -> tuple[Array]:
        power = p or 2
        axes = tuple(range(2, x.ndim))
        return ((np.abs(x) ** power).sum(axis=axes, keepdims=True) ** (1 / power),)


def is_deprecated(model: ModelProto) -> bool:
    """Whether the checker rejects an operator that was valid in that operator set: GroupNormalization version 18."""
    opset = next((each.version for each in model.opset_import if each.domain == ""), 0)
    return 18 <= opset <= 20 and any(node.op_type == "GroupNormalization" for node in model.graph.node)


VERSIONED = [
    BatchNormalization,
    Softmax,
    LogSoftmax,
    Hardmax,
    Resize,
    Upsample,
    RoiAlign,
    Pad,
    GroupNormalization,
    MeanVarianceNormalization,
    LpNormalization,
    GlobalLpPool,
]

"""ONNX's operators that quantise and dequantise, in the arithmetic that ONNX defines for them: that of their scales.

Everything else here is computed in float64. A quotient that is a tie in float32 is none in float64, so that the
nearest step would be another one than ONNX's own (onnx/docs/Operators.md#QuantizeLinear: "round to nearest, ties to
even"), and a network that quantises after each layer carries that on. The evaluator of onnx 1.23 has DequantizeLinear
only from operator set 19 on, and rounds QLinearConv and QLinearMatMul after it has added the zero point.
"""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from onnx.helper import tensor_dtype_to_np_dtype
from onnx.numpy_helper import saturate_cast
from onnx.reference.op_run import OpRun
from onnx.reference.ops.op_conv import _conv_implementation
from onnx.reference.ops.op_dynamic_quantize_linear import DynamicQuantizeLinear as NewestDynamicQuantizeLinear

from .recurrent import LSTM

Array = npt.NDArray[Any]


class Quantising(OpRun):  # type: ignore[misc]
    """An operator that rounds to steps."""

    op_domain = ""

    @staticmethod
    def rounded(steps: Array) -> Array:
        """To the nearest step, ties to even."""
        return np.asarray(np.rint(steps))

    def saturated(self, steps: Array, zero: Array) -> Array:
        """The steps as integers from the zero point on; bounded by its type."""
        bounds = np.iinfo(zero.dtype)
        whole = self.rounded(steps) + zero.astype(np.int64)
        return np.clip(whole, bounds.min, bounds.max).astype(zero.dtype)

    def dynamic(self, x: Array) -> tuple[Array, Array, Array]:
        """Steps, scale and zero point of DynamicQuantizeLinear, in float32."""
        _, scale, zero = NewestDynamicQuantizeLinear._run(self, narrow(x))
        return self.saturated(narrow(x) / scale, zero), scale, zero


class QuantizeLinear(Quantising):
    """Every operator set."""

    def _run(
        self,
        x: Array,
        scale: Array,
        zero: Optional[Array] = None,
        axis: Optional[int] = None,
        block_size: Optional[int] = None,
        output_dtype: Optional[int] = None,
        saturate: Optional[int] = None,
        precision: Optional[int] = None,
    ) -> tuple[Array]:
        along, block = 1 if axis is None else axis, block_size or 0
        steps = narrow(x) / broadcastable(narrow(scale), x, along, block)
        dtype = np.dtype(tensor_dtype_to_np_dtype(output_dtype)) if output_dtype else np.dtype(np.uint8)
        if is_floating_point(dtype if zero is None else zero.dtype):
            # These types have no zero point but 0.
            return (saturate_cast(steps, dtype if zero is None else zero.dtype),)
        if zero is None:
            return (self.saturated(steps, np.zeros((), dtype)),)
        return (self.saturated(steps, broadcastable(zero, x, along, block)),)


class DequantizeLinear(OpRun):  # type: ignore[misc]
    """Every operator set. The result has the type of the scale, here float64, and the values of float32."""

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
        along, block = 1 if axis is None else axis, block_size or 0
        steps = x.astype(np.float32 if is_floating_point(x.dtype) else np.int64)
        if zero is not None and not is_floating_point(x.dtype):
            steps = steps - broadcastable(zero, x, along, block)
        product = steps.astype(np.float32) * broadcastable(narrow(scale), x, along, block)
        return (np.asarray(product, dtype=scale.dtype),)


class DynamicQuantizeLinear(Quantising):
    """In float32. The scale has the type of x, here float64."""

    def _run(self, x: Array) -> tuple[Array, Array, Array]:
        y, scale, zero = self.dynamic(x)
        return y, np.asarray(scale, dtype=x.dtype), zero


class QuantisedStateLSTM(LSTM, Quantising):
    """The hidden state is rounded to 8 bits before every step, over the batch (`quantisedStates` in model/graph.ts)."""

    def read(self, h: Array) -> Array:
        steps, scale, zero = self.dynamic(h)
        return np.asarray((narrow(steps) - narrow(zero)) * scale, dtype=h.dtype)


class QLinearConv(Quantising):
    def _run(
        self,
        x: Array,
        x_scale: Array,
        x_zero: Array,
        w: Array,
        w_scale: Array,
        w_zero: Array,
        y_scale: Array,
        y_zero: Array,
        bias: Optional[Array] = None,
        auto_pad: Optional[str] = None,
        dilations: Optional[list[int]] = None,
        group: Optional[int] = None,
        kernel_shape: Optional[list[int]] = None,
        pads: Optional[list[int]] = None,
        strides: Optional[list[int]] = None,
    ) -> tuple[Array]:
        window = (auto_pad or "NOTSET", dilations, group or 1, kernel_shape, pads, strides)
        image = x.astype(np.int32) - x_zero
        filters = w.astype(np.int32) - broadcastable(w_zero, w, 0, 0)
        sums = _conv_implementation(image, filters, bias, *window)
        channels = (-1, *(1,) * (x.ndim - 2))
        factor = narrow(x_scale) * narrow(w_scale) / narrow(y_scale)
        return (self.saturated(sums.astype(np.float32) * factor.reshape(channels), y_zero),)


class QLinearMatMul(Quantising):
    def _run(
        self,
        a: Array,
        a_scale: Array,
        a_zero: Array,
        b: Array,
        b_scale: Array,
        b_zero: Array,
        y_scale: Array,
        y_zero: Array,
    ) -> tuple[Array]:
        sums = np.matmul(a.astype(np.int32) - a_zero, b.astype(np.int32) - b_zero)
        factor = narrow(a_scale) * narrow(b_scale) / narrow(y_scale)
        return (self.saturated(sums.astype(np.float32) * factor, y_zero),)


def is_floating_point(dtype: np.dtype[Any]) -> bool:
    """NumPy knows the types of eight bits by their names only."""
    return dtype.name.startswith("float")


def narrow(values: Array) -> Array:
    """In float32, from which float64 was widened."""
    return values.astype(np.float32)


def broadcastable(values: Array, x: Array, axis: int, block: int) -> Array:
    """One value for x, one for each index along the axis or one for each block, in a shape that broadcasts to x."""
    if block > 0:
        return np.take(np.repeat(values, block, axis=axis), range(x.shape[axis]), axis=axis)
    if values.size == 1:
        return values.reshape(())
    shape = [1] * x.ndim
    shape[axis] = values.size
    return values.reshape(shape)


def rounding_at_random(operator: type[Quantising], generator: np.random.Generator) -> type[Quantising]:
    """The operator with stochastic rounding: to a neighbouring step, with a probability that keeps the mean."""

    def rounded(steps: Array) -> Array:
        return np.asarray(np.floor(steps + generator.random(np.shape(steps))))

    return type(operator.__name__, (operator,), {"rounded": staticmethod(rounded)})


QUANTISING: list[type[Quantising]] = [
    QuantizeLinear,
    DynamicQuantizeLinear,
    QuantisedStateLSTM,
    QLinearConv,
    QLinearMatMul,
]
OPERATORS: list[type] = [DequantizeLinear, *QUANTISING]

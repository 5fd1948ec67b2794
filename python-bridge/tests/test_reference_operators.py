"""Replaced operators against the ONNX project's where those are correct, and against numbers computed by hand."""

from __future__ import annotations

import unittest
from typing import Any

import numpy as np

try:
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    from touchstone_bridge.reference.failures import NotComputed
    from touchstone_bridge.reference.forward import OPERATORS, opened
except ImportError as missing:
    raise unittest.SkipTest("ONNX is not in this environment") from missing

from touchstone_bridge.artefact import Array


def evaluate(
    operator: str, arrays: dict[str, Array], opset: int, own: bool = True, **attributes: Any
) -> Array:
    inputs = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in arrays.items()
    ]
    node = helper.make_node(operator, list(arrays), ["y"], **attributes)
    outputs = [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)]
    model = helper.make_model(
        helper.make_graph([node], "test", inputs, outputs), opset_imports=[helper.make_opsetid("", opset)]
    )
    result: Array = ReferenceEvaluator(model, new_ops=OPERATORS if own else []).run(None, arrays)[0]
    return result


class DequantizeLinear(unittest.TestCase):
    def test_per_axis_in_every_operator_set(self) -> None:
        x = np.arange(6, dtype=np.uint8).reshape(2, 3)
        arrays = {"x": x, "scale": np.array([0.5, 2, 4]), "zero": np.array([1, 0, 2], dtype=np.uint8)}
        for opset in (13, 17, 21, 23):
            with self.subTest(opset=opset):
                found = evaluate("DequantizeLinear", arrays, opset)
                np.testing.assert_array_equal(found, [[-0.5, 2, 0], [1, 8, 12]])

    def test_per_tensor(self) -> None:
        arrays = {"x": np.array([-3, 5], dtype=np.int8), "scale": np.array([0.25])}
        np.testing.assert_array_equal(evaluate("DequantizeLinear", arrays, 10), [-0.75, 1.25])

    def test_blocks_with_a_short_last_one(self) -> None:
        x = np.ones((2, 5), dtype=np.int8)
        arrays = {"x": x, "scale": np.array([[1.0, 2, 3], [4, 5, 6]])}
        found = evaluate("DequantizeLinear", arrays, 21, axis=1, block_size=2)
        np.testing.assert_array_equal(found, [[1, 1, 2, 2, 3], [4, 4, 5, 5, 6]])


class Quantisation(unittest.TestCase):
    """1.75 / 0.7 is a tie in float32, and above it in float64."""

    scale = np.float64(np.float32(0.7))

    def test_a_tie_of_float32_goes_to_the_even_step(self) -> None:
        arrays = {"x": np.array([1.75, -1.75]), "scale": self.scale, "zero": np.array(3, dtype=np.int8)}
        self.assertGreater(1.75 / self.scale, 2.5)
        for opset in (10, 13, 19, 21, 23):
            with self.subTest(opset=opset):
                np.testing.assert_array_equal(evaluate("QuantizeLinear", arrays, opset), [5, 1])

    def test_saturates_and_has_a_scale_for_each_index_of_an_axis(self) -> None:
        x = np.array([[1.0, 12], [-1000, 2000]])
        arrays = {"x": x, "scale": np.array([0.5, 4]), "zero": np.array([0, 10], dtype=np.uint8)}
        np.testing.assert_array_equal(evaluate("QuantizeLinear", arrays, 13, axis=0), [[2, 24], [0, 255]])
        np.testing.assert_array_equal(evaluate("QuantizeLinear", arrays, 13, axis=1), [[2, 13], [0, 255]])

    def test_dequantised_values_are_of_float32(self) -> None:
        arrays = {"x": np.array([3], dtype=np.int8), "scale": self.scale}
        self.assertEqual(evaluate("DequantizeLinear", arrays, 13)[0], np.float32(3) * np.float32(0.7))

    def test_products_are_rounded_before_the_zero_point_is_added(self) -> None:
        def scalar(value: float, dtype: Any = np.float64) -> Array:
            return np.array(value, dtype=dtype)

        half = {"x_scale": scalar(1), "x_zero": scalar(0, np.uint8)}
        weights = {"w_scale": scalar(0.5), "w_zero": scalar(0, np.int8)}
        result = {"y_scale": scalar(1), "y_zero": scalar(1, np.uint8)}
        x, w = np.ones((1, 1, 1, 1), dtype=np.uint8), np.ones((1, 1, 1, 1), dtype=np.int8)
        convolved = evaluate("QLinearConv", {"x": x, **half, "w": w, **weights, **result}, 10)
        self.assertEqual(convolved.item(), 1)
        product = {"a": x[0, 0], **half, "b": w[0, 0], **weights, **result}
        self.assertEqual(evaluate("QLinearMatMul", product, 10).item(), 1)


class QuantisedState(unittest.TestCase):
    """Gates that are σ(0) throughout, and a new value that is tanh of the state."""

    def states(self, h: Array) -> Array:
        hidden = h.shape[-1]
        weights = {"w": np.zeros((1, 4 * hidden, 1)), "r": np.zeros((1, 4 * hidden, hidden))}
        weights["r"][0, 3 * hidden :] = np.eye(hidden)
        x, lengths = np.zeros((1, h.shape[1], 1)), np.ones(h.shape[1], dtype=np.int32)
        arrays = {"x": x, **weights, "b": np.zeros((1, 8 * hidden)), "lengths": lengths, "h": h}
        return evaluate("QuantisedStateLSTM", arrays, 17, hidden_size=hidden)

    def test_is_rounded_by_the_range_of_the_whole_batch(self) -> None:
        h = np.array([[[0.3, -1.0], [0.1, 1.55]]])
        # The range of both examples, from −1 to 1.55, has steps of 0.01.
        expected = np.tanh(np.tanh(h) / 2) / 2
        np.testing.assert_allclose(self.states(h)[0], expected, rtol=1e-6)
        between = np.array([[[0.303, -1.0], [0.104, 1.55]]])
        np.testing.assert_allclose(self.states(between)[0], expected, rtol=1e-6)


class ShortTimeFourierTransform(unittest.TestCase):
    window = np.hanning(8)
    signal = np.random.default_rng(0).standard_normal((2, 30))

    def found(self, signal: Array, own: bool = True, **attributes: Any) -> Array:
        arrays = {"signal": signal, "step": np.array(3), "window": self.window}
        return evaluate("STFT", arrays, 17, own, **attributes)

    def test_agrees_with_the_onnx_project_on_real_and_complex_signals(self) -> None:
        both = np.stack([self.signal, self.signal[::-1]], axis=-1)
        for signal in (self.signal[..., None], both):
            for onesided in (0, 1):
                with self.subTest(shape=signal.shape, onesided=onesided):
                    expected = self.found(signal, False, onesided=onesided)
                    np.testing.assert_allclose(self.found(signal, onesided=onesided), expected, atol=1e-12)

    def test_a_signal_without_a_last_axis_is_real(self) -> None:
        expected = self.found(self.signal[..., None])
        self.assertEqual(expected.shape, (2, 8, 5, 2))
        np.testing.assert_array_equal(self.found(self.signal), expected)


class Failures(unittest.TestCase):
    def test_name_the_node_and_its_operator(self) -> None:
        x = helper.make_tensor_value_info("x", TensorProto.DOUBLE, (2, 3))
        y = helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)
        node = helper.make_node("MatMul", ["x", "x"], ["y"], name="product")
        model = helper.make_model(
            helper.make_graph([node], "test", [x], [y]), opset_imports=[helper.make_opsetid("", 17)]
        )
        with self.assertRaisesRegex(NotComputed, r"^node product \(MatMul\) is not computed .* ValueError: "):
            opened(model, (), frozenset()).run(None, {"x": np.ones((2, 3))})


class Scatter(unittest.TestCase):
    def test_updates_are_written_at_their_indices(self) -> None:
        arrays = {"x": np.zeros((2, 3)), "indices": np.array([[1], [2]]), "updates": np.array([[5.0], [7]])}
        found = evaluate("Scatter", arrays, 9, axis=1)
        np.testing.assert_array_equal(found, [[0, 5, 0], [0, 0, 7]])


class GatherElements(unittest.TestCase):
    def test_the_last_axis_as_a_negative_number(self) -> None:
        x = np.arange(12.0).reshape(1, 3, 4)
        indices = np.array([[[3, 0], [-1, 1], [2, 2]]])
        for axis in (2, -1):
            with self.subTest(axis=axis):
                found = evaluate("GatherElements", {"x": x, "i": indices}, 13, axis=axis)
                np.testing.assert_array_equal(found, [[[3, 0], [7, 5], [10, 10]]])

    def test_fewer_indices_than_elements_along_other_axes(self) -> None:
        x = np.arange(12.0).reshape(3, 4)
        found = evaluate("GatherElements", {"x": x, "i": np.array([[2, 0, 1]])}, 13, axis=0)
        np.testing.assert_array_equal(found, [[8, 1, 6]])


class Pooling(unittest.TestCase):
    """On an image that increases to the right and downwards, so that the maximum of a window is its last element."""

    IMAGE = np.arange(16.0).reshape(1, 1, 4, 4) - 20

    def pooled(self, **attributes: Any) -> Array:
        return evaluate("MaxPool", {"x": self.IMAGE}, 12, kernel_shape=[2, 2], **attributes)[0, 0]

    def test_end_pads_only(self) -> None:
        expected = [[-15, -14, -13, -13], [-11, -10, -9, -9], [-7, -6, -5, -5], [-7, -6, -5, -5]]
        for pads in ({"auto_pad": "SAME_UPPER"}, {"pads": [0, 0, 1, 1]}):
            with self.subTest(pads=pads):
                np.testing.assert_array_equal(self.pooled(**pads), expected)

    def test_begin_pads_only(self) -> None:
        expected = [[-20, -19, -18, -17], [-16, -15, -14, -13], [-12, -11, -10, -9], [-8, -7, -6, -5]]
        np.testing.assert_array_equal(self.pooled(auto_pad="SAME_LOWER"), expected)

    def test_ceil_mode_without_windows_in_the_end_pad(self) -> None:
        found = self.pooled(pads=[0, 0, 1, 1], strides=[2, 2], ceil_mode=1)
        np.testing.assert_array_equal(found, [[-15, -13], [-7, -5]])
        exact = self.pooled(strides=[3, 3], ceil_mode=1)
        np.testing.assert_array_equal(exact, [[-15, -13], [-7, -5]])
        np.testing.assert_array_equal(self.pooled(pads=[1, 1, 1, 1], ceil_mode=1).shape, (5, 5))

    def test_dilations(self) -> None:
        np.testing.assert_array_equal(self.pooled(dilations=[3, 3]), [[-5]])

    def test_average_pool_with_ceil_mode_and_auto_pad(self) -> None:
        found = evaluate(
            "AveragePool",
            {"x": self.IMAGE},
            11,
            kernel_shape=[2, 2],
            strides=[3, 3],
            auto_pad="VALID",
            ceil_mode=1,
        )
        np.testing.assert_array_equal(found[0, 0], [[-17.5, -15], [-7.5, -5]])


class GridSample(unittest.TestCase):
    def test_agrees_with_the_onnx_project(self) -> None:
        """Except at the border with cubic interpolation. The positions are exact in float32."""
        random = np.random.default_rng(0)
        x = random.normal(size=(2, 3, 4, 5))
        grid = random.integers(-13, 13, (2, 3, 2, 2)) / 8 + 1 / 64
        for mode in ("linear", "nearest", "cubic"):
            for padding in ("zeros", "border", "reflection"):
                for aligned in (0, 1):
                    if (mode, padding) == ("cubic", "border"):
                        continue
                    attributes = {"mode": mode, "padding_mode": padding, "align_corners": aligned}
                    with self.subTest(attributes=attributes):
                        arrays = {"x": x, "grid": grid}
                        found = evaluate("GridSample", arrays, 20, **attributes)
                        given = evaluate("GridSample", arrays, 20, own=False, **attributes)
                        np.testing.assert_allclose(found, given, rtol=1e-5, atol=1e-5)

    def test_volumes(self) -> None:
        random = np.random.default_rng(1)
        arrays = {
            "x": random.normal(size=(1, 2, 3, 4, 5)),
            "grid": random.integers(-9, 9, (1, 2, 3, 2, 3)) / 8,
        }
        for aligned in (0, 1):
            found = evaluate("GridSample", arrays, 20, mode="linear", align_corners=aligned)
            given = evaluate("GridSample", arrays, 20, own=False, mode="linear", align_corners=aligned)
            np.testing.assert_allclose(found, given, rtol=1e-5, atol=1e-5)

    def test_cubic_clamps_indices_at_the_border(self) -> None:
        """Half an element before the first of 1, 2, 3: keys(0.5) of two ones, and so on."""
        arrays = {"x": np.array([[[[1.0, 2, 3]]]]), "grid": np.array([[[[-1.5, 0.0]]]])}
        found = evaluate("GridSample", arrays, 20, mode="cubic", padding_mode="border", align_corners=1)
        # Indices -2, -1, 0 and 1; the first three have the value at the border.
        near, far = 0.59375, -0.09375
        np.testing.assert_allclose(found.reshape(-1), [far + near + near + far * 2])

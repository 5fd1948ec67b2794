"""Operators in place of the evaluator's own, against those where they are right, and against numbers by hand."""

from __future__ import annotations

import unittest
from typing import Any

import numpy as np

try:
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    from touchstone_bridge.reference.forward import OPERATORS
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


class Dequantised(unittest.TestCase):
    def test_for_every_position_of_an_axis_in_every_operator_set(self) -> None:
        x = np.arange(6, dtype=np.uint8).reshape(2, 3)
        arrays = {"x": x, "scale": np.array([0.5, 2, 4]), "zero": np.array([1, 0, 2], dtype=np.uint8)}
        for opset in (13, 17, 21, 23):
            with self.subTest(opset=opset):
                found = evaluate("DequantizeLinear", arrays, opset)
                np.testing.assert_array_equal(found, [[-0.5, 2, 0], [1, 8, 12]])

    def test_for_all_at_once(self) -> None:
        arrays = {"x": np.array([-3, 5], dtype=np.int8), "scale": np.array([0.25])}
        np.testing.assert_array_equal(evaluate("DequantizeLinear", arrays, 10), [-0.75, 1.25])

    def test_in_blocks_of_which_the_last_is_short(self) -> None:
        x = np.ones((2, 5), dtype=np.int8)
        arrays = {"x": x, "scale": np.array([[1.0, 2, 3], [4, 5, 6]])}
        found = evaluate("DequantizeLinear", arrays, 21, axis=1, block_size=2)
        np.testing.assert_array_equal(found, [[1, 1, 2, 2, 3], [4, 4, 5, 5, 6]])


class Scattered(unittest.TestCase):
    def test_each_update_where_its_index_says(self) -> None:
        arrays = {"x": np.zeros((2, 3)), "indices": np.array([[1], [2]]), "updates": np.array([[5.0], [7]])}
        found = evaluate("Scatter", arrays, 9, axis=1)
        np.testing.assert_array_equal(found, [[0, 5, 0], [0, 0, 7]])


class Gathered(unittest.TestCase):
    def test_along_the_last_axis_by_its_other_name(self) -> None:
        x = np.arange(12.0).reshape(1, 3, 4)
        indices = np.array([[[3, 0], [-1, 1], [2, 2]]])
        for axis in (2, -1):
            with self.subTest(axis=axis):
                found = evaluate("GatherElements", {"x": x, "i": indices}, 13, axis=axis)
                np.testing.assert_array_equal(found, [[[3, 0], [7, 5], [10, 10]]])

    def test_fewer_than_there_are_along_the_others(self) -> None:
        x = np.arange(12.0).reshape(3, 4)
        found = evaluate("GatherElements", {"x": x, "i": np.array([[2, 0, 1]])}, 13, axis=0)
        np.testing.assert_array_equal(found, [[8, 1, 6]])


class Maxima(unittest.TestCase):
    """Of a picture that grows to the right and downwards, so that a window's maximum is its last value."""

    PICTURE = np.arange(16.0).reshape(1, 1, 4, 4) - 20

    def pooled(self, **attributes: Any) -> Array:
        return evaluate("MaxPool", {"x": self.PICTURE}, 12, kernel_shape=[2, 2], **attributes)[0, 0]

    def test_with_pads_behind_alone(self) -> None:
        expected = [[-15, -14, -13, -13], [-11, -10, -9, -9], [-7, -6, -5, -5], [-7, -6, -5, -5]]
        for pads in ({"auto_pad": "SAME_UPPER"}, {"pads": [0, 0, 1, 1]}):
            with self.subTest(pads=pads):
                np.testing.assert_array_equal(self.pooled(**pads), expected)

    def test_with_pads_before_alone(self) -> None:
        expected = [[-20, -19, -18, -17], [-16, -15, -14, -13], [-12, -11, -10, -9], [-8, -7, -6, -5]]
        np.testing.assert_array_equal(self.pooled(auto_pad="SAME_LOWER"), expected)

    def test_rounded_up_but_for_a_window_of_pads_alone(self) -> None:
        found = self.pooled(pads=[0, 0, 1, 1], strides=[2, 2], ceil_mode=1)
        np.testing.assert_array_equal(found, [[-15, -13], [-7, -5]])
        whole = self.pooled(strides=[3, 3], ceil_mode=1)
        np.testing.assert_array_equal(whole, [[-15, -13], [-7, -5]])
        np.testing.assert_array_equal(self.pooled(pads=[1, 1, 1, 1], ceil_mode=1).shape, (5, 5))

    def test_apart_within_their_windows(self) -> None:
        np.testing.assert_array_equal(self.pooled(dilations=[3, 3]), [[-5]])

    def test_means_that_are_rounded_up_and_padded_by_a_word(self) -> None:
        found = evaluate(
            "AveragePool",
            {"x": self.PICTURE},
            11,
            kernel_shape=[2, 2],
            strides=[3, 3],
            auto_pad="VALID",
            ceil_mode=1,
        )
        np.testing.assert_array_equal(found[0, 0], [[-17.5, -15], [-7.5, -5]])


class Sampled(unittest.TestCase):
    def test_as_the_project_has_it(self) -> None:
        """But for the border in cubic interpolation. Positions are those that float32 holds as well."""
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

    def test_of_a_volume(self) -> None:
        random = np.random.default_rng(1)
        arrays = {
            "x": random.normal(size=(1, 2, 3, 4, 5)),
            "grid": random.integers(-9, 9, (1, 2, 3, 2, 3)) / 8,
        }
        for aligned in (0, 1):
            found = evaluate("GridSample", arrays, 20, mode="linear", align_corners=aligned)
            given = evaluate("GridSample", arrays, 20, own=False, mode="linear", align_corners=aligned)
            np.testing.assert_allclose(found, given, rtol=1e-5, atol=1e-5)

    def test_cubic_goes_on_with_the_border(self) -> None:
        """Half an element before the first of 1, 2, 3: keys(0.5) of two ones, and so on."""
        arrays = {"x": np.array([[[[1.0, 2, 3]]]]), "grid": np.array([[[[-1.5, 0.0]]]])}
        found = evaluate("GridSample", arrays, 20, mode="cubic", padding_mode="border", align_corners=1)
        # Places -2, -1, 0 and 1, of which the first three have the border's value.
        near, far = 0.59375, -0.09375
        np.testing.assert_allclose(found.reshape(-1), [far + near + near + far * 2])

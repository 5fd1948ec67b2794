"""Older versions of operators, and settings that the evaluator does not support."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import numpy as np

try:
    import onnx
    from onnx import TensorProto, helper

    from touchstone_bridge.reference.compact import compact
    from touchstone_bridge.reference.forward import evaluator
except ImportError as missing:
    raise unittest.SkipTest("ONNX is not in this environment") from missing

from touchstone_bridge.artefact import Array

from .test_reference_operators import evaluate

random = np.random.default_rng(0)
IMAGE = random.uniform(-1, 1, (2, 3, 4, 4))
CHANNELS = {name: random.uniform(0.5, 1.5, 3) for name in ("scale", "bias", "mean", "var")}


def softmax(x: Array) -> Array:
    exponentials: Array = np.exp(x)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


class BatchNormalization(unittest.TestCase):
    def test_running_statistics_in_every_operator_set(self) -> None:
        scale, bias, mean, var = (
            CHANNELS[name].reshape(-1, 1, 1) for name in ("scale", "bias", "mean", "var")
        )
        expected = scale * (IMAGE - mean) / np.sqrt(var + 1e-5) + bias
        for opset in (7, 9, 13, 14, 15, 22):
            with self.subTest(opset=opset):
                found = evaluate("BatchNormalization", {"x": IMAGE, **CHANNELS}, opset)
                np.testing.assert_allclose(found, expected, rtol=1e-9)


class SoftmaxOverAxes(unittest.TestCase):
    def test_all_axes_from_one_on_before_version_13(self) -> None:
        x = IMAGE[0]
        for opset in (7, 11, 12):
            for axis in (None, 1, 2):
                given = {} if axis is None else {"axis": axis}
                rows = x.reshape(int(np.prod(x.shape[: axis or 1])), -1)
                with self.subTest(opset=opset, axis=axis):
                    found = evaluate("Softmax", {"x": x}, opset, **given)
                    np.testing.assert_allclose(found, softmax(rows).reshape(x.shape), rtol=1e-12)

    def test_one_axis_from_version_13_on(self) -> None:
        np.testing.assert_allclose(
            evaluate("Softmax", {"x": IMAGE[0][0]}, 13), softmax(IMAGE[0][0]), rtol=1e-12
        )
        columns = np.exp(IMAGE[0])
        found = evaluate("Softmax", {"x": IMAGE[0]}, 13, axis=1)
        np.testing.assert_allclose(found, columns / columns.sum(axis=1, keepdims=True), rtol=1e-12)


class Recurrent(unittest.TestCase):
    """A short sequence in a batch gives the same as by itself, and zeros after its end."""

    def arrays(self, gates: int, steps: int, batch: int) -> dict[str, Array]:
        generator = np.random.default_rng(1)
        return {
            "x": generator.uniform(-1, 1, (4, 2, 3))[:steps, :batch],
            "w": generator.uniform(-1, 1, (1, gates * 2, 3)),
            "r": generator.uniform(-1, 1, (1, gates * 2, 2)),
            "b": generator.uniform(-1, 1, (1, gates * 4)),
        }

    def test_lengths(self) -> None:
        for operator, gates in (("GRU", 3), ("RNN", 1), ("LSTM", 4)):
            for direction in ("forward", "reverse"):
                settings = {"hidden_size": 2, "direction": direction}
                lengths = {"lengths": np.array([2, 4], dtype=np.int32)}
                found = evaluate(operator, {**self.arrays(gates, 4, 2), **lengths}, 14, **settings)
                alone = evaluate(operator, self.arrays(gates, 2, 1), 14, **settings)
                with self.subTest(operator=operator, direction=direction):
                    np.testing.assert_allclose(found[:2, :, :1], alone, rtol=1e-12)
                    self.assertTrue((found[2:, :, 0] == 0).all())
                    self.assertTrue((found[2:, :, 1] != 0).all())

    def test_clip_and_activations(self) -> None:
        arrays = self.arrays(1, 1, 1)
        sums = arrays["w"][0] @ arrays["x"][0, 0] + arrays["b"][0, :2] + arrays["b"][0, 2:]
        relu = evaluate("RNN", arrays, 14, hidden_size=2, activations=["Relu"])
        np.testing.assert_allclose(relu[0, 0, 0], np.maximum(sums, 0), rtol=1e-12)
        clipped = evaluate("RNN", arrays, 14, hidden_size=2, clip=0.125)
        np.testing.assert_allclose(clipped[0, 0, 0], np.tanh(np.clip(sums, -0.125, 0.125)), rtol=1e-12)


class OtherOperators(unittest.TestCase):
    def test_negative_pads(self) -> None:
        x = np.arange(12.0).reshape(3, 4)
        found = evaluate("Pad", {"x": x}, 10, pads=[-1, 0, 1, -2], value=7.0)
        np.testing.assert_array_equal(found, [[4, 5], [8, 9], [7, 7]])

    def test_upsample(self) -> None:
        x = np.array([[[[1.0, 2.0]]]])
        found = evaluate("Upsample", {"x": x, "scales": np.array([1.0, 1, 2, 2])}, 9, mode="nearest")
        np.testing.assert_array_equal(found, [[[[1, 1, 2, 2], [1, 1, 2, 2]]]])

    def test_resize_with_tf_half_pixel_for_nn(self) -> None:
        arrays = {"x": np.array([[1.0, 2, 3]]), "roi": np.zeros(0), "scales": np.array([1, 2 / 3])}
        mode = {"coordinate_transformation_mode": "tf_half_pixel_for_nn", "nearest_mode": "floor"}
        np.testing.assert_array_equal(evaluate("Resize", arrays, 11, **mode), [[1, 3]])

    def test_max_pool_with_same_lower(self) -> None:
        x = np.arange(25.0).reshape(1, 1, 5, 5)
        found = evaluate("MaxPool", {"x": x}, 12, kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_LOWER")
        np.testing.assert_array_equal(found, [[[[0, 2, 4], [10, 12, 14], [20, 22, 24]]]])

    def test_normalisations(self) -> None:
        x = np.array([[3.0, -4.0], [0, 0]])
        np.testing.assert_allclose(evaluate("LpNormalization", {"x": x}, 7, p=1), [[3 / 7, -4 / 7], [0, 0]])
        mean = IMAGE.mean(axis=(0, 2, 3), keepdims=True)
        expected = (IMAGE - mean) / IMAGE.std(axis=(0, 2, 3), keepdims=True)
        found = evaluate("MeanVarianceNormalization", {"x": IMAGE}, 9)
        np.testing.assert_allclose(found, expected, rtol=1e-6)

    def test_group_normalisation_before_and_after_version_21(self) -> None:
        x = random.uniform(-1, 1, (1, 4, 3))
        groups = x.reshape(2, -1)
        plain = (groups - groups.mean(axis=1, keepdims=True)) / np.sqrt(
            groups.var(axis=1, keepdims=True) + 1e-5
        )
        scale, bias = np.array([2.0, 3.0]), np.array([0.0, 1.0])
        expected = plain * scale[:, None] + bias[:, None]
        for opset in (18, 21):
            each = {"scale": scale, "bias": bias}
            if opset == 21:
                each = {name: np.repeat(value, 2) for name, value in each.items()}
            found = evaluate("GroupNormalization", {"x": x, **each}, opset, num_groups=2)
            np.testing.assert_allclose(found.reshape(2, -1), expected, rtol=1e-9)

    def test_group_normalisation_18_is_accepted(self) -> None:
        info = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in (("x", [1, 4, 3]), ("s", [2]))
        ]
        node = helper.make_node("GroupNormalization", ["x", "s", "s"], ["y"], num_groups=2)
        output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 3])
        graph = helper.make_graph([node], "test", info, [output])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]), str(path))
            evaluator(path)

    def test_scalars_keep_their_shape(self) -> None:
        kept = compact({"output/0/y": np.float64(2.5) * np.ones(()), "losses": np.ones(3)})
        self.assertEqual(kept["output/0/y"].shape, ())
        self.assertEqual(kept["output/0/y"].dtype, np.float32)


if __name__ == "__main__":
    unittest.main()

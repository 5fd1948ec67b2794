"""Each operator against NumPy or explicit loops, never against the Caffe2 function that the lowering calls."""

from __future__ import annotations

import math
import unittest
from collections.abc import Mapping

import numpy as np

from touchstone_bridge.artefact import Array, Attribute, Graph
from touchstone_bridge.errors import UnsupportedError

try:
    from touchstone_bridge.frameworks.caffe2.lowering import lower_graph
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import operators_contract
from .conv_transpose_cases import CASES, Case, convolve_transposed
from .graphs import make_graph, make_model, make_node, random
from .operators_contract import convolve, windows


def operators_of(graph: Graph, weights: Mapping[str, Array]) -> list[str]:
    """Names of the operators of the lowered net."""
    net = lower_graph(graph, weights, training=False, threads=1).model.net.Proto()
    return [operator.type for operator in net.op]


class Convolution(operators_contract.Convolution):
    model = Caffe2Inference

    def test_three_axes(self) -> None:
        for groups in (1, 2):
            x, w, b = random(2, 4, 5, 4, 6), random(6, 4 // groups, 2, 3, 2), random(6)
            pads = [1, 0, 1, 0, 2, 1]
            expected = convolve(x, w, b, 2, 2 if groups == 1 else 1, pads, groups)
            attributes: dict[str, Attribute] = {
                "strides": [2] * 3,
                "dilations": [2 if groups == 1 else 1] * 3,
                "pads": pads,
                "group": groups,
            }
            self.near(self.run_node("Conv", {"x": x}, {"w": w, "b": b}, expected, attributes), expected)


class TransposedConvolution(operators_contract.Case):
    model = Caffe2Inference

    def test_every_element(self) -> None:
        for case in filter(Case.is_plain_2d, CASES):
            x, w, b = (array.astype(np.float32) for array in case.arrays().values())
            expected = convolve_transposed(case, {"x": x, "w": w, "b": b})
            with self.subTest(case=case):
                found = self.run_node(
                    "ConvTranspose", {"x": x}, {"w": w, "b": b}, expected, case.attributes()
                )
                self.near(found, expected)

    def test_refuses_what_caffe2_has_not(self) -> None:
        x, w = random(1, 1, 3, 3), random(1, 1, 2, 2)
        refused: list[dict[str, Attribute]] = [
            {"dilations": [2, 2]},
            {"auto_pad": "SAME_LOWER"},
            {"output_shape": [5, 5]},
        ]
        for attributes in refused:
            with self.subTest(attributes=attributes), self.assertRaisesRegex(
                UnsupportedError, "ConvTranspose"
            ):
                self.run_node("ConvTranspose", {"x": x}, {"w": w}, x, attributes)
        with self.assertRaisesRegex(UnsupportedError, "1 spatial"):
            self.run_node("ConvTranspose", {"x": x[0]}, {"w": w[0]}, x[0])


class Pooling(operators_contract.Pooling):
    model = Caffe2Inference

    def test_max(self) -> None:
        x = random(2, 3, 9, 9) - 2.0  # negative everywhere: a pad of zero would win
        for kernel, stride, dilation, pads in [
            (2, 2, 1, [0] * 4),
            (3, 2, 1, [1] * 4),
            (2, 1, 1, [0, 1, 1, 0]),
        ]:
            with self.subTest(kernel=kernel, pads=pads):
                seen = windows(x, [kernel] * 2, stride, dilation, pads, -np.inf)
                expected = seen.max(axis=(-1, -2))
                attributes: dict[str, Attribute] = {
                    "kernel_shape": [kernel] * 2,
                    "strides": [stride] * 2,
                    "dilations": [dilation] * 2,
                    "pads": pads,
                }
                self.near(self.run_node("MaxPool", {"x": x}, {}, expected, attributes), expected)

    def test_average(self) -> None:
        x = random(2, 3, 8, 8)
        ones = np.ones_like(x)
        for pads, counted in [
            ([0] * 4, 0),
            ([1] * 4, 0),
            ([1] * 4, 1),
            ([0, 1, 1, 0], 1),
            ([2, 1, 1, 0], 0),
        ]:
            with self.subTest(pads=pads, counted=counted):
                total = windows(x, [3, 3], 2, 1, pads, 0.0).sum(axis=(-1, -2))
                expected = total / (
                    9 if counted else windows(ones, [3, 3], 2, 1, pads, 0.0).sum(axis=(-1, -2))
                )
                attributes: dict[str, Attribute] = {
                    "kernel_shape": [3, 3],
                    "strides": [2, 2],
                    "pads": pads,
                    "count_include_pad": counted,
                }
                self.near(self.run_node("AveragePool", {"x": x}, {}, expected, attributes), expected)

    def test_average_with_ceiling(self) -> None:
        x = random(1, 2, 6)
        parts = [x[..., 0:2], x[..., 1:4], x[..., 3:6], x[..., 5:6]]
        expected = np.stack([part.mean(-1) for part in parts], axis=-1)
        attributes: dict[str, Attribute] = {
            "kernel_shape": [3],
            "strides": [2],
            "pads": [1, 0],
            "ceil_mode": 1,
        }
        self.near(self.run_node("AveragePool", {"x": x}, {}, expected, attributes), expected)

    def test_three_axes(self) -> None:
        x = random(2, 3, 5, 6, 7)
        seen = windows(x, [3, 2, 2], 2, 1, [1, 0, 1, 1, 0, 0], -np.inf)
        expected = seen.max(axis=(-1, -2, -3))
        attributes: dict[str, Attribute] = {
            "kernel_shape": [3, 2, 2],
            "strides": [2, 2, 2],
            "pads": [1, 0, 1, 1, 0, 0],
        }
        self.near(self.run_node("MaxPool", {"x": x}, {}, expected, attributes), expected)

    def test_global(self) -> None:
        for x in (random(2, 3, 5), random(2, 3, 5, 4), random(1, 3, 2, 3, 4)):
            axes = tuple(range(2, x.ndim))
            mean, most = x.mean(axis=axes, keepdims=True), x.max(axis=axes, keepdims=True)
            self.near(self.run_node("GlobalAveragePool", {"x": x}, {}, mean), mean)
            self.near(self.run_node("GlobalMaxPool", {"x": x}, {}, most), most)


class Products(operators_contract.Products):
    model = Caffe2Inference

    def test_matmul_of_a_vector(self) -> None:
        a, b = random(5), random(5, 4)
        self.near(self.run_node("MatMul", {"a": a}, {"b": b}, a @ b), a @ b)
        self.near(self.run_node("MatMul", {"a": a, "b": b}, {}, a @ b), a @ b)

    def test_product_and_sum_are_one_layer_only_where_the_sum_is_a_bias(self) -> None:
        a, b = random(3, 5), random(5, 4)
        for c, operators in (
            (random(4), ["FC"]),
            (random(3, 4), ["FC", "Add"]),
            (random(2, 1, 4), ["FC", "Add"]),
        ):
            product, total = a @ b, a @ b + c
            nodes = [make_node("MatMul", ["a", "b"], ["p"]), make_node("Add", ["c", "p"], ["y"])]
            graph = make_graph(nodes, {"a": a}, {"b": b, "c": c}, {"p": product, "y": total}, ["y"])
            self.assertEqual(operators_of(graph, {"b": b, "c": c}), operators)
            model = Caffe2Inference(make_model(graph, {"b": b, "c": c}, [{"a": a}], None))
            self.near(model.read(model.run(0))["y"], total)

    def test_flatten_before_a_layer_is_the_layers_own(self) -> None:
        x, w = random(2, 3, 4), random(5, 12)
        flat, product = x.reshape(2, 12), x.reshape(2, 12) @ w.T
        nodes = [
            make_node("Flatten", ["x"], ["f"]),
            make_node("Gemm", ["f", "w"], ["y"], {"transB": 1}),
        ]
        for outputs, operators in ((["y"], ["FC"]), (["y", "f"], ["Flatten", "FC"])):
            graph = make_graph(nodes, {"x": x}, {"w": w}, {"f": flat, "y": product}, outputs)
            self.assertEqual(operators_of(graph, {"w": w}), operators)
            model = Caffe2Inference(make_model(graph, {"w": w}, [{"x": x}], None))
            self.near(model.read(model.run(0))["y"], product)


class Elementwise(operators_contract.Elementwise):
    model = Caffe2Inference

    def test_binary_with_broadcasting(self) -> None:
        a, b = random(2, 3, 4), random(3, 1) + 2.0
        cases = {"Add": a + b, "Sub": a - b, "Mul": a * b, "Div": a / b}
        for operator, expected in cases.items():
            with self.subTest(operator=operator):
                self.near(self.run_node(operator, {"a": a}, {"b": b}, expected), expected)
                self.near(self.run_node(operator, {"a": a, "b": b}, {}, expected), expected)
        self.near(self.run_node("Sub", {"a": a}, {"b": b}, a, order=["b", "a"]), b - a)

    def test_power(self) -> None:
        a, b = np.abs(random(2, 3, 4)) + 0.1, random(2, 3, 4) + 2
        self.near(self.run_node("Pow", {"a": a}, {"b": b}, a), a**b)
        self.near(self.run_node("Pow", {"a": a, "b": b}, {}, a), a**b)
        for exponent in (np.array(2.5, np.float32), np.array([3.0], np.float32)):
            self.near(self.run_node("Pow", {"a": a}, {"b": exponent}, a), a**exponent)

    def test_fast_gelu(self) -> None:
        x = random(3, 4) * 3
        expected = 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        self.near(self.run_node("Gelu", {"x": x}, {}, x, {"approximate": "tanh"}), expected)


class Normalisation(operators_contract.Normalisation):
    model = Caffe2Inference

    def test_softmax_follows_the_operator_set(self) -> None:
        x = random(2, 3, 4)
        for opset, attributes, axes in [
            (17, {}, (2,)),
            (17, {"axis": 1}, (1,)),
            (11, {}, (1, 2)),
            (11, {"axis": 2}, (2,)),
        ]:
            with self.subTest(opset=opset, attributes=attributes):
                e = np.exp(x)
                expected = e / e.sum(axis=axes, keepdims=True)
                self.near(self.run_node("Softmax", {"x": x}, {}, expected, attributes, opset=opset), expected)


class Shaping(operators_contract.Shaping):
    model = Caffe2Inference


if __name__ == "__main__":
    unittest.main()

"""Each operator against NumPy or explicit loops, never against the PyTorch function that the lowering calls."""

from __future__ import annotations

import unittest

import numpy as np

from touchstone_bridge.artefact import Attribute
from touchstone_bridge.errors import UnsupportedError
from touchstone_bridge.frameworks.pytorch.models import TorchInference

from . import operators_contract
from .graphs import make_graph, make_model, make_node, random
from .operators_contract import windows


class Convolution(operators_contract.Convolution):
    model = TorchInference


class Pooling(operators_contract.Pooling):
    model = TorchInference

    def test_max(self) -> None:
        x = random(2, 3, 9, 9) - 2.0  # negative everywhere: a pad of zero would win
        for kernel, stride, dilation, pads in [
            (2, 2, 1, [0] * 4),
            (3, 2, 1, [1] * 4),
            (2, 1, 2, [0, 1, 1, 0]),
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
        for pads, counted in [([0] * 4, 0), ([1] * 4, 0), ([1] * 4, 1), ([0, 1, 1, 0], 1)]:
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

    def test_global(self) -> None:
        for x in (random(2, 3, 5), random(2, 3, 5, 4)):
            axes = tuple(range(2, x.ndim))
            mean, most = x.mean(axis=axes, keepdims=True), x.max(axis=axes, keepdims=True)
            self.near(self.run_node("GlobalAveragePool", {"x": x}, {}, mean), mean)
            self.near(self.run_node("GlobalMaxPool", {"x": x}, {}, most), most)


class Products(operators_contract.Products):
    model = TorchInference

    def test_product_and_sum_are_one_layer_only_where_the_sum_is_a_bias(self) -> None:
        a, b = random(3, 5), random(5, 4)
        for c, layers in ((random(4), ["Linear"]), (random(3, 4), ["Linear"]), (random(2, 1, 4), ["Linear"])):
            product, total = a @ b, a @ b + c
            nodes = [make_node("MatMul", ["a", "b"], ["p"]), make_node("Add", ["c", "p"], ["y"])]
            values = {"p": product, "y": total}
            graph = make_graph(nodes, {"a": a}, {"b": b, "c": c}, values, ["y"])
            model = TorchInference(make_model(graph, {"b": b, "c": c}, [{"a": a}], None))
            self.near(model.read(model.run(0))["y"], total)
            children = [type(child).__name__ for child in model._module.children()]
            self.assertEqual(children, layers)
            self.assertEqual("torch.add" in str(model._module.code), c.ndim != 1)


class Elementwise(operators_contract.Elementwise):
    model = TorchInference

    def test_binary_with_broadcasting(self) -> None:
        a, b = random(2, 3, 4), random(3, 1) + 2.0
        cases = {"Add": a + b, "Sub": a - b, "Mul": a * b, "Div": a / b, "Pow": np.abs(a) ** b}
        for operator, expected in cases.items():
            left = np.abs(a) if operator == "Pow" else a
            with self.subTest(operator=operator):
                self.near(self.run_node(operator, {"a": left}, {"b": b}, expected), expected)
                self.near(self.run_node(operator, {"a": left, "b": b}, {}, expected), expected)
        self.near(self.run_node("Sub", {"a": a}, {"b": b}, a, order=["b", "a"]), b - a)


class Normalisation(operators_contract.Normalisation):
    model = TorchInference

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
                self.near(
                    self.run_node("LogSoftmax", {"x": x}, {}, expected, attributes, opset=opset),
                    np.log(expected),
                )


class Shaping(operators_contract.Shaping):
    model = TorchInference


class Whole(operators_contract.Whole):
    model = TorchInference

    def test_refusals_name_the_operator(self) -> None:
        x = random(1, 1, 4, 4)
        refused: list[tuple[str, dict[str, Attribute], str]] = [
            ("NonMaxSuppression", {}, "NonMaxSuppression"),
            ("AveragePool", {"kernel_shape": [2, 2], "pads": [0, 0, 1, 1]}, "asymmetric pads"),
        ]
        for operator, attributes, reason in refused:
            with self.subTest(operator=operator), self.assertRaisesRegex(UnsupportedError, reason):
                self.run_node(operator, {"x": x}, {}, x, attributes)
        with self.assertRaisesRegex(UnsupportedError, "not a constant"):
            self.run_node("Conv", {"x": x, "w": random(1, 1, 2, 2)}, {}, x)


if __name__ == "__main__":
    unittest.main()

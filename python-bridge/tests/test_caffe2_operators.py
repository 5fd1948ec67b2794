"""Each operator against NumPy or explicit loops, never against the Caffe2 function that the lowering calls."""

from __future__ import annotations

import itertools
import math
import unittest
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from touchstone_bridge.artefact import Array, Attribute, Graph

try:
    from touchstone_bridge.frameworks.caffe2.lowering import lower
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from .graphs import make_graph, make_model, make_node, random


def run(
    operator: str,
    inputs: Mapping[str, Array],
    weights: Mapping[str, Array],
    shape_of: Array,
    attributes: Mapping[str, Attribute] | None = None,
    order: Sequence[str] | None = None,
    opset: int = 17,
) -> Array:
    """One node's output from Caffe2. `shape_of` stands for the observed output."""
    node = make_node(operator, order or [*inputs, *weights], ["y"], attributes)
    graph = make_graph([node], inputs, weights, {"y": shape_of}, ["y"], opset=opset)
    model = Caffe2Inference(make_model(graph, weights, [inputs], None))
    return model.read(model.run(0))["y"]


def operators_of(graph: Graph, weights: Mapping[str, Array]) -> list[str]:
    """Names of the operators of the lowered net."""
    net = lower(graph, weights, training=False, threads=1).model.net.Proto()
    return [operator.type for operator in net.op]


def windows(
    x: Array, kernel: Sequence[int], stride: int, dilation: int, pads: Sequence[int], fill: float
) -> Array:
    """[N, C, out…, kernel…] by plain slicing; pads are ONNX's, begins then ends."""
    axes = len(kernel)
    x = np.pad(x, [(0, 0), (0, 0), *zip(pads[:axes], pads[axes:])], constant_values=fill)
    outs = [(x.shape[2 + a] - (kernel[a] - 1) * dilation - 1) // stride + 1 for a in range(axes)]
    result = np.empty([*x.shape[:2], *outs, *kernel], x.dtype)
    every: tuple[Any, ...] = (slice(None), slice(None))
    for at in itertools.product(*map(range, outs)):
        where = tuple(
            slice(p * stride, p * stride + (k - 1) * dilation + 1, dilation) for p, k in zip(at, kernel)
        )
        result[every + at] = x[every + where]
    return result


def convolve(
    x: Array, w: Array, b: Array, stride: int, dilation: int, pads: Sequence[int], groups: int
) -> Array:
    """The definition of ONNX's Conv in float64."""
    kernel, per_group = w.shape[2:], w.shape[1]
    seen = windows(x.astype(np.float64), kernel, stride, dilation, pads, 0.0)
    parts = []
    for out in range(w.shape[0]):
        group = out // (w.shape[0] // groups)
        mine = seen[:, group * per_group : (group + 1) * per_group]
        axes = (1, *range(mine.ndim - len(kernel), mine.ndim))
        shape = (1, per_group, *([1] * len(kernel)), *kernel)
        parts.append((mine * w[out].reshape(shape)).sum(axis=axes) + b[out])
    return np.stack(parts, axis=1)


class Case(unittest.TestCase):
    def near(self, actual: Array, expected: Array) -> None:
        self.assertEqual(actual.shape, expected.shape)
        np.testing.assert_allclose(actual, expected, rtol=2e-5, atol=2e-6)


class Convolution(Case):
    def test_two_axes(self) -> None:
        settings = [
            (1, 1, [0, 0, 0, 0], 1),
            (2, 1, [1, 1, 1, 1], 2),
            (1, 2, [2, 1, 0, 3], 1),
            (2, 2, [0, 0, 1, 2], 4),
        ]
        for stride, dilation, pads, groups in settings:
            with self.subTest(stride=stride, dilation=dilation, pads=pads, groups=groups):
                x, w, b = random(2, 4, 9, 8), random(8, 4 // groups, 3, 2), random(8)
                expected = convolve(x, w, b, stride, dilation, pads, groups)
                attributes: dict[str, Attribute] = {
                    "strides": [stride] * 2,
                    "dilations": [dilation] * 2,
                    "pads": pads,
                    "group": groups,
                }
                self.near(run("Conv", {"x": x}, {"w": w, "b": b}, expected, attributes), expected)

    def test_one_axis_without_bias(self) -> None:
        x, w = random(2, 3, 11), random(5, 3, 4)
        expected = convolve(x, w, np.zeros(5), 2, 1, [1, 2], 1)
        self.near(run("Conv", {"x": x}, {"w": w}, expected, {"strides": [2], "pads": [1, 2]}), expected)

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
            self.near(run("Conv", {"x": x}, {"w": w, "b": b}, expected, attributes), expected)

    def test_automatic_pads(self) -> None:
        x, w, b = random(1, 2, 7, 7), random(3, 2, 4, 4), random(3)
        for automatic, pads in {
            "SAME_UPPER": [1, 1, 2, 2],
            "SAME_LOWER": [2, 2, 1, 1],
            "VALID": [0] * 4,
        }.items():
            with self.subTest(auto_pad=automatic):
                expected = convolve(x, w, b, 1, 1, pads, 1)
                self.near(
                    run("Conv", {"x": x}, {"w": w, "b": b}, expected, {"auto_pad": automatic}), expected
                )


class Pooling(Case):
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
                self.near(run("MaxPool", {"x": x}, {}, expected, attributes), expected)

    def test_max_with_ceiling(self) -> None:
        x = random(1, 2, 5)
        expected = np.stack([x[..., 0:2].max(-1), x[..., 2:4].max(-1), x[..., 4:5].max(-1)], axis=-1)
        attributes: dict[str, Attribute] = {"kernel_shape": [2], "strides": [2], "ceil_mode": 1}
        self.near(run("MaxPool", {"x": x}, {}, expected, attributes), expected)

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
                self.near(run("AveragePool", {"x": x}, {}, expected, attributes), expected)

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
        self.near(run("AveragePool", {"x": x}, {}, expected, attributes), expected)

    def test_three_axes(self) -> None:
        x = random(2, 3, 5, 6, 7)
        seen = windows(x, [3, 2, 2], 2, 1, [1, 0, 1, 1, 0, 0], -np.inf)
        expected = seen.max(axis=(-1, -2, -3))
        attributes: dict[str, Attribute] = {
            "kernel_shape": [3, 2, 2],
            "strides": [2, 2, 2],
            "pads": [1, 0, 1, 1, 0, 0],
        }
        self.near(run("MaxPool", {"x": x}, {}, expected, attributes), expected)

    def test_global(self) -> None:
        for x in (random(2, 3, 5), random(2, 3, 5, 4), random(1, 3, 2, 3, 4)):
            axes = tuple(range(2, x.ndim))
            mean, most = x.mean(axis=axes, keepdims=True), x.max(axis=axes, keepdims=True)
            self.near(run("GlobalAveragePool", {"x": x}, {}, mean), mean)
            self.near(run("GlobalMaxPool", {"x": x}, {}, most), most)


class Products(Case):
    def test_gemm(self) -> None:
        for alpha, beta, left, right in itertools.product((1.0, 0.5), (1.0, 2.0), (0, 1), (0, 1)):
            for c in (random(4), random(1, 4), random(3, 4), random(1), None):
                a = random(5, 3) if left else random(3, 5)
                b = random(4, 5) if right else random(5, 4)
                expected = alpha * (a.T if left else a) @ (b.T if right else b)
                expected = expected if c is None else expected + beta * c
                attributes: dict[str, Attribute] = {
                    "alpha": alpha,
                    "beta": beta,
                    "transA": left,
                    "transB": right,
                }
                weights = {"b": b} if c is None else {"b": b, "c": c}
                with self.subTest(attributes=attributes, c=None if c is None else c.shape):
                    self.near(run("Gemm", {"a": a}, weights, expected, attributes), expected)

    def test_gemm_of_computed_values(self) -> None:
        a, b = random(3, 5), random(5, 4)
        self.near(run("Gemm", {"a": a, "b": b}, {}, a @ b), a @ b)

    def test_matmul(self) -> None:
        a = random(2, 3, 5)
        for b in (random(5, 4), random(2, 5, 4), random(5)):
            self.near(run("MatMul", {"a": a}, {"b": b}, a @ b), a @ b)
            self.near(run("MatMul", {"a": a, "b": b}, {}, a @ b), a @ b)

    def test_matmul_of_a_vector(self) -> None:
        a, b = random(5), random(5, 4)
        self.near(run("MatMul", {"a": a}, {"b": b}, a @ b), a @ b)
        self.near(run("MatMul", {"a": a, "b": b}, {}, a @ b), a @ b)

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


class Elementwise(Case):
    def test_unary(self) -> None:
        x = random(3, 4) * 3
        erf = np.vectorize(math.erf)(x)
        cases: dict[str, Array] = {
            "Relu": np.maximum(x, 0),
            "Sigmoid": 1 / (1 + np.exp(-x)),
            "Tanh": np.tanh(x),
            "Exp": np.exp(x),
            "Neg": -x,
            "Abs": np.abs(x),
            "Erf": erf,
            "Identity": x,
            "Dropout": x,
            "LeakyRelu": np.where(x < 0, 0.01 * x, x),
            "Elu": np.where(x < 0, np.exp(x) - 1, x),
            "Gelu": 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))),
        }
        for operator, expected in cases.items():
            with self.subTest(operator=operator):
                self.near(run(operator, {"x": x}, {}, expected), expected)
        positive = np.abs(x) + 0.1
        self.near(run("Sqrt", {"x": positive}, {}, positive), np.sqrt(positive))
        self.near(run("Log", {"x": positive}, {}, positive), np.log(positive))
        self.near(run("LeakyRelu", {"x": x}, {}, x, {"alpha": 0.3}), np.where(x < 0, 0.3 * x, x))
        self.near(run("Elu", {"x": x}, {}, x, {"alpha": 0.3}), np.where(x < 0, 0.3 * (np.exp(x) - 1), x))

    def test_binary_with_broadcasting(self) -> None:
        a, b = random(2, 3, 4), random(3, 1) + 2.0
        cases = {"Add": a + b, "Sub": a - b, "Mul": a * b, "Div": a / b}
        for operator, expected in cases.items():
            with self.subTest(operator=operator):
                self.near(run(operator, {"a": a}, {"b": b}, expected), expected)
                self.near(run(operator, {"a": a, "b": b}, {}, expected), expected)
        self.near(run("Sub", {"a": a}, {"b": b}, a, order=["b", "a"]), b - a)

    def test_power(self) -> None:
        a, b = np.abs(random(2, 3, 4)) + 0.1, random(2, 3, 4) + 2
        self.near(run("Pow", {"a": a}, {"b": b}, a), a**b)
        self.near(run("Pow", {"a": a, "b": b}, {}, a), a**b)
        for exponent in (np.array(2.5, np.float32), np.array([3.0], np.float32)):
            self.near(run("Pow", {"a": a}, {"b": exponent}, a), a**exponent)

    def test_fast_gelu(self) -> None:
        x = random(3, 4) * 3
        expected = 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        self.near(run("Gelu", {"x": x}, {}, x, {"approximate": "tanh"}), expected)

    def test_integer_division_truncates(self) -> None:
        a, b = np.array([7, -7], np.int64), np.array([2, 2], np.int64)
        np.testing.assert_array_equal(run("Div", {"a": a, "b": b}, {}, a), [3, -3])

    def test_clip_in_both_forms(self) -> None:
        x = random(3, 4)
        low, high = np.array(-0.25, np.float32), np.array(0.5, np.float32)
        self.near(run("Clip", {"x": x}, {"l": low, "h": high}, x), np.clip(x, low, high))
        self.near(run("Clip", {"x": x}, {"h": high}, x, order=["x", "", "h"]), np.minimum(x, high))
        self.near(run("Clip", {"x": x}, {}, x, {"min": -0.25, "max": 0.5}, opset=6), np.clip(x, low, high))


class Normalisation(Case):
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
                self.near(run("Softmax", {"x": x}, {}, expected, attributes, opset=opset), expected)

    def test_batch_normalisation(self) -> None:
        scale, bias, mean, variance = random(3), random(3, seed=1), random(3, seed=2), random(3, seed=3) + 1.5
        for x in (random(2, 3), random(2, 3, 5), random(2, 3, 5, 4)):
            shape = (1, 3, *([1] * (x.ndim - 2)))
            s, b, m, v = (part.reshape(shape) for part in (scale, bias, mean, variance))
            expected = s * (x - m) / np.sqrt(v + 1e-3) + b
            weights = {"s": scale, "b": bias, "m": mean, "v": variance}
            self.near(run("BatchNormalization", {"x": x}, weights, expected, {"epsilon": 1e-3}), expected)


class Shaping(Case):
    def test_flatten(self) -> None:
        x = random(2, 3, 4)
        for axis, shape in [(0, (1, 24)), (1, (2, 12)), (2, (6, 4)), (3, (24, 1)), (-1, (6, 4))]:
            self.near(run("Flatten", {"x": x}, {}, x.reshape(shape), {"axis": axis}), x.reshape(shape))
        self.near(run("Flatten", {"x": random(4)}, {}, random(4).reshape(4, 1)), random(4).reshape(4, 1))

    def test_rest(self) -> None:
        x = random(2, 1, 3)
        axes = np.array([1], np.int64)
        self.near(run("Squeeze", {"x": x}, {"a": axes}, x[:, 0]), x[:, 0])
        self.near(run("Unsqueeze", {"x": x}, {"a": axes}, x[:, None]), x[:, None])
        self.near(
            run("Reshape", {"x": x}, {"s": np.array([3, -1], np.int64)}, x.reshape(3, 2)), x.reshape(3, 2)
        )
        self.near(run("Transpose", {"x": x}, {}, x.T), x.T)
        turned = x.transpose(2, 0, 1)
        self.near(run("Transpose", {"x": x}, {}, turned, {"perm": [2, 0, 1]}), turned)
        both = np.concatenate([x, x + 1], axis=2)
        self.near(run("Concat", {"x": x}, {"z": x + 1}, both, {"axis": 2}), both)
        mean = x.mean(axis=(0, 2), keepdims=True)
        self.near(run("ReduceMean", {"x": x}, {}, mean, {"axes": [0, 2]}), mean)
        flat = x.mean(axis=2)
        ends = np.array([2], np.int64)
        self.near(run("ReduceMean", {"x": x}, {"a": ends}, flat, {"keepdims": 0}, opset=18), flat)


if __name__ == "__main__":
    unittest.main()

"""What every lowering of operators must hold, against NumPy or explicit loops, never against the framework it calls.

Test modules derive from these classes, name the framework's inference model, and add their own.
"""

from __future__ import annotations

import itertools
import math
import unittest
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from touchstone_bridge.artefact import Array, Attribute, Model

from .graphs import make_graph, make_model, make_node, random


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
    model: Callable[[Model], Any]

    def run_node(
        self,
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
        model = self.model(make_model(graph, weights, [inputs], None))
        return model.read(model.run(0))["y"]

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
                self.near(self.run_node("Conv", {"x": x}, {"w": w, "b": b}, expected, attributes), expected)

    def test_one_axis_without_bias(self) -> None:
        x, w = random(2, 3, 11), random(5, 3, 4)
        expected = convolve(x, w, np.zeros(5), 2, 1, [1, 2], 1)
        self.near(
            self.run_node("Conv", {"x": x}, {"w": w}, expected, {"strides": [2], "pads": [1, 2]}), expected
        )

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
                    self.run_node("Conv", {"x": x}, {"w": w, "b": b}, expected, {"auto_pad": automatic}),
                    expected,
                )


class Pooling(Case):
    def test_max_with_ceiling(self) -> None:
        x = random(1, 2, 5)
        expected = np.stack([x[..., 0:2].max(-1), x[..., 2:4].max(-1), x[..., 4:5].max(-1)], axis=-1)
        attributes: dict[str, Attribute] = {"kernel_shape": [2], "strides": [2], "ceil_mode": 1}
        self.near(self.run_node("MaxPool", {"x": x}, {}, expected, attributes), expected)


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
                    self.near(self.run_node("Gemm", {"a": a}, weights, expected, attributes), expected)

    def test_gemm_of_computed_values(self) -> None:
        a, b = random(3, 5), random(5, 4)
        self.near(self.run_node("Gemm", {"a": a, "b": b}, {}, a @ b), a @ b)

    def test_matmul(self) -> None:
        a = random(2, 3, 5)
        for b in (random(5, 4), random(2, 5, 4), random(5)):
            self.near(self.run_node("MatMul", {"a": a}, {"b": b}, a @ b), a @ b)
            self.near(self.run_node("MatMul", {"a": a, "b": b}, {}, a @ b), a @ b)


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
                self.near(self.run_node(operator, {"x": x}, {}, expected), expected)
        positive = np.abs(x) + 0.1
        self.near(self.run_node("Sqrt", {"x": positive}, {}, positive), np.sqrt(positive))
        self.near(self.run_node("Log", {"x": positive}, {}, positive), np.log(positive))
        self.near(self.run_node("LeakyRelu", {"x": x}, {}, x, {"alpha": 0.3}), np.where(x < 0, 0.3 * x, x))
        self.near(
            self.run_node("Elu", {"x": x}, {}, x, {"alpha": 0.3}), np.where(x < 0, 0.3 * (np.exp(x) - 1), x)
        )

    def test_integer_division_truncates(self) -> None:
        a, b = np.array([7, -7], np.int64), np.array([2, 2], np.int64)
        np.testing.assert_array_equal(self.run_node("Div", {"a": a, "b": b}, {}, a), [3, -3])

    def test_clip_in_both_forms(self) -> None:
        x = random(3, 4)
        low, high = np.array(-0.25, np.float32), np.array(0.5, np.float32)
        self.near(self.run_node("Clip", {"x": x}, {"l": low, "h": high}, x), np.clip(x, low, high))
        self.near(self.run_node("Clip", {"x": x}, {"h": high}, x, order=["x", "", "h"]), np.minimum(x, high))
        self.near(
            self.run_node("Clip", {"x": x}, {}, x, {"min": -0.25, "max": 0.5}, opset=6), np.clip(x, low, high)
        )


class Normalisation(Case):
    def test_batch_normalisation(self) -> None:
        scale, bias, mean, variance = random(3), random(3, seed=1), random(3, seed=2), random(3, seed=3) + 1.5
        for x in (random(2, 3), random(2, 3, 5), random(2, 3, 5, 4)):
            shape = (1, 3, *([1] * (x.ndim - 2)))
            s, b, m, v = (part.reshape(shape) for part in (scale, bias, mean, variance))
            expected = s * (x - m) / np.sqrt(v + 1e-3) + b
            weights = {"s": scale, "b": bias, "m": mean, "v": variance}
            self.near(
                self.run_node("BatchNormalization", {"x": x}, weights, expected, {"epsilon": 1e-3}), expected
            )


class Shaping(Case):
    def test_flatten(self) -> None:
        x = random(2, 3, 4)
        for axis, shape in [(0, (1, 24)), (1, (2, 12)), (2, (6, 4)), (3, (24, 1)), (-1, (6, 4))]:
            self.near(
                self.run_node("Flatten", {"x": x}, {}, x.reshape(shape), {"axis": axis}), x.reshape(shape)
            )
        self.near(
            self.run_node("Flatten", {"x": random(4)}, {}, random(4).reshape(4, 1)), random(4).reshape(4, 1)
        )

    def test_rest(self) -> None:
        x = random(2, 1, 3)
        axes = np.array([1], np.int64)
        self.near(self.run_node("Squeeze", {"x": x}, {"a": axes}, x[:, 0]), x[:, 0])
        self.near(self.run_node("Unsqueeze", {"x": x}, {"a": axes}, x[:, None]), x[:, None])
        self.near(
            self.run_node("Reshape", {"x": x}, {"s": np.array([3, -1], np.int64)}, x.reshape(3, 2)),
            x.reshape(3, 2),
        )
        self.near(self.run_node("Transpose", {"x": x}, {}, x.T), x.T)
        turned = x.transpose(2, 0, 1)
        self.near(self.run_node("Transpose", {"x": x}, {}, turned, {"perm": [2, 0, 1]}), turned)
        both = np.concatenate([x, x + 1], axis=2)
        self.near(self.run_node("Concat", {"x": x}, {"z": x + 1}, both, {"axis": 2}), both)
        mean = x.mean(axis=(0, 2), keepdims=True)
        self.near(self.run_node("ReduceMean", {"x": x}, {}, mean, {"axes": [0, 2]}), mean)
        flat = x.mean(axis=2)
        ends = np.array([2], np.int64)
        self.near(self.run_node("ReduceMean", {"x": x}, {"a": ends}, flat, {"keepdims": 0}, opset=18), flat)


class Whole(Case):
    def test_a_graph_that_branches_with_two_outputs_and_hostile_names(self) -> None:
        x, w = random(2, 3), random(3)
        name = "x): import os; (y"
        nodes = [
            make_node("Relu", [name], ["class"]),
            make_node("Add", ["class", "w'\n"], ["sum"]),
            make_node("Mul", ["sum", name], ["product"]),
        ]
        relu = np.maximum(x, 0)
        values = {"class": relu, "sum": relu + w, "product": (relu + w) * x}
        graph = make_graph(nodes, {name: x}, {"w'\n": w}, values, ["product", "class"])
        model = self.model(make_model(graph, {"w'\n": w}, [{name: x}], None))
        found = model.read(model.run(0))
        self.near(found["product"], values["product"])
        self.near(found["class"], relu)

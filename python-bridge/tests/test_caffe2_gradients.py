"""The gradient of every operator, against central differences of NumPy float64 references of its own."""

from __future__ import annotations

import itertools
import math
import unittest
from typing import Any, Callable, Mapping, Sequence

import numpy as np

from touchstone_bridge.artefact import Array, Attribute
from touchstone_bridge.errors import UnsupportedError

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import conv_transpose_cases
from .graphs import make_graph, make_model, make_node, random, sgd
from .lstm_contract import BATCH, HIDDEN, INPUT, STEPS, draw, reference
from .operators_contract import convolve, windows
from .training_contract import central_differences, cross_entropy

Reference = Callable[[Array, Mapping[str, Array]], Array]


class Case(unittest.TestCase):
    def check(
        self,
        operator: str,
        x: Array,
        weights: Mapping[str, Array],
        expected: Reference,
        attributes: Mapping[str, Attribute] | None = None,
        parameters: Sequence[str] = (),
        order: Sequence[str] = (),
        opset: int = 17,
        outputs: Sequence[str] = ("result",),
        rows: int = 0,
    ) -> None:
        """x + offset → operator → flatten → classes. The offset learns: its gradient is that of the operand."""
        every = {"offset": random(*x.shape, seed=9) * 0.1, **weights}

        def compute(values: Mapping[str, Array]) -> Array:
            return expected(x + values["offset"], values)

        result = compute(every)
        rows = rows or x.shape[0]
        columns = result.size // rows
        every["dense"] = random(columns, 5, seed=3)
        flat = result.reshape(rows, columns)
        logits = flat @ every["dense"]
        nodes = [
            make_node("Add", ["x", "offset"], ["moved"]),
            make_node(operator, list(order) or ["moved", *weights], outputs, attributes),
            make_node("Reshape", ["result", "shape"], ["flat"]),
            make_node("MatMul", ["flat", "dense"], ["logits"]),
        ]
        classes = np.arange(rows, dtype=np.int32) % 5
        learn = ["offset", "dense", *parameters]
        constants = {**every, "shape": np.array(flat.shape, np.int64)}
        values = {"moved": x, "result": result, "flat": flat, "logits": logits}
        graph = make_graph(nodes, {"x": x}, constants, values, ["logits"], learn, opset)
        model = make_model(graph, constants, [{"x": x, "labels": classes}], sgd(0.1, 0.9))
        found = Caffe2Training(model).gradients(0)

        def loss(values: Mapping[str, Array]) -> float:
            return cross_entropy(compute(values).reshape(rows, columns) @ values["dense"], classes)

        for name in learn:
            slopes = central_differences(loss, every, name)
            if name == "b" and operator == "LSTM":
                slopes[:, 4 * HIDDEN :] = 0
            scale = max(float(np.abs(slopes).max()), 1e-3)
            np.testing.assert_allclose(found[name] / scale, slopes / scale, atol=2e-4, err_msg=name)


class Convolution(Case):
    def test_all_axes(self) -> None:
        settings: list[tuple[tuple[int, ...], int, int, list[int], int]] = [
            ((7,), 2, 1, [1, 0], 1),
            ((7,), 1, 2, [1, 1], 2),
            ((6, 5), 1, 1, [1, 1, 1, 1], 1),
            ((6, 5), 2, 1, [1, 0, 0, 2], 2),
            ((6, 5), 1, 2, [1, 1, 1, 1], 4),
            ((4, 3, 5), 1, 1, [1, 0, 1, 0, 0, 1], 1),
            ((4, 3, 5), 2, 1, [1, 0, 1, 0, 0, 1], 2),
        ]
        for extents, stride, dilation, pads, groups in settings:
            axes = len(extents)
            x, w, b = random(2, 4, *extents), random(4, 4 // groups, *([2] * axes)), random(4)
            attributes: dict[str, Attribute] = {
                "strides": [stride] * axes,
                "dilations": [dilation] * axes,
                "pads": pads,
                "group": groups,
            }

            def expected(
                x: Array,
                v: Mapping[str, Array],
                s: int = stride,
                d: int = dilation,
                p: Any = pads,
                g: int = groups,
            ) -> Array:
                return convolve(x, v["w"], v.get("b", np.zeros(4)), s, d, p, g)

            with self.subTest(extents=extents, attributes=attributes):
                self.check("Conv", x, {"w": w, "b": b}, expected, attributes, ["w", "b"])
                self.check("Conv", x, {"w": w}, expected, attributes, ["w"])


class TransposedConvolution(Case):
    def test_strides_pads_and_groups(self) -> None:
        for case in filter(conv_transpose_cases.Case.is_plain_2d, conv_transpose_cases.CASES):
            x, w, b = (array.astype(np.float32) for array in case.arrays().values())

            def expected(x: Array, v: Mapping[str, Array], case: conv_transpose_cases.Case = case) -> Array:
                return conv_transpose_cases.convolve_transposed(case, {**v, "x": x})

            with self.subTest(case=case):
                self.check("ConvTranspose", x, {"w": w, "b": b}, expected, case.attributes(), ["w", "b"])


class Pooling(Case):
    def test_all_axes(self) -> None:
        for extents, pads in (
            ((7,), [1, 0]),
            ((6, 5), [0] * 4),
            ((6, 5), [1, 0, 0, 1]),
            ((4, 3, 4), [0] * 6),
        ):
            axes = len(extents)
            x = random(2, 2, *extents) * 3
            attributes: dict[str, Attribute] = {
                "kernel_shape": [2] * axes,
                "strides": [2] * axes,
                "pads": pads,
            }
            last = tuple(range(-axes, 0))

            def most(x: Array, _: Any, k: int = axes, p: Any = pads, a: Any = last) -> Array:
                return windows(x, [2] * k, 2, 1, p, -np.inf).max(axis=a)

            def mean(x: Array, _: Any, k: int = axes, p: Any = pads, a: Any = last) -> Array:
                counts = windows(np.ones_like(x), [2] * k, 2, 1, p, 0.0).sum(axis=a)
                return windows(x, [2] * k, 2, 1, p, 0.0).sum(axis=a) / counts

            def counted(x: Array, _: Any, k: int = axes, p: Any = pads, a: Any = last) -> Array:
                return windows(x, [2] * k, 2, 1, p, 0.0).mean(axis=a)

            with self.subTest(extents=extents, pads=pads):
                if axes == 2:
                    self.check("MaxPool", x, {}, most, attributes)
                else:
                    with self.assertRaisesRegex(UnsupportedError, "MaxPool in training"):
                        self.check("MaxPool", x, {}, most, attributes)
                self.check("AveragePool", x, {}, mean, attributes)
                self.check("AveragePool", x, {}, counted, {**attributes, "count_include_pad": 1})

    def test_global(self) -> None:
        for x in (random(2, 3, 5), random(2, 3, 4, 3), random(2, 3, 2, 3, 2)):
            axes = tuple(range(2, x.ndim))
            with self.subTest(shape=x.shape):
                self.check("GlobalAveragePool", x, {}, lambda x, _, a=axes: x.mean(axis=a))
                with self.assertRaisesRegex(UnsupportedError, "GlobalMaxPool in training"):
                    self.check("GlobalMaxPool", x, {}, lambda x, _, a=axes: x.max(axis=a))

    def test_overlapping_windows(self) -> None:
        x = random(2, 3, 7, 6) * 3
        attributes: dict[str, Attribute] = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 0, 1, 1]}

        def expected(x: Array, _: Any) -> Array:
            return windows(x, [3, 3], 2, 1, [1, 0, 1, 1], -np.inf).max(axis=(-1, -2))

        self.check("MaxPool", x, {}, expected, attributes)

    def test_a_single_row_is_refused(self) -> None:
        x = random(2, 3, 2, 6)
        attributes: dict[str, Attribute] = {"kernel_shape": [2, 2], "strides": [2, 2]}
        with self.assertRaisesRegex(UnsupportedError, "single row"):
            self.check(
                "MaxPool",
                x,
                {},
                lambda x, _: windows(x, [2, 2], 2, 1, [0] * 4, 0.0).max((-1, -2)),
                attributes,
            )

    def test_a_gradient_goes_to_one_of_equal_maxima(self) -> None:
        x, w = np.ones((1, 1, 4, 4), np.float32), random(4, 5)
        scale = np.ones((1, 1, 4, 4), np.float32)
        nodes = [
            make_node("Mul", ["x", "s"], ["m"]),
            make_node("MaxPool", ["m"], ["p"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
            make_node("Flatten", ["p"], ["f"]),
            make_node("MatMul", ["f", "w"], ["y"]),
        ]
        values = {"m": x, "p": x[..., :2, :2], "f": x[0, 0, :1], "y": w[:1]}
        graph = make_graph(nodes, {"x": x}, {"s": scale, "w": w}, values, ["y"], ["s", "w"])
        data = [{"x": x, "labels": np.array([2], np.int32)}]
        learner = Caffe2Training(make_model(graph, {"s": scale, "w": w}, data, sgd(0.1, 0.9)))
        blocks = learner.gradients(0)["s"].reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
        np.testing.assert_array_equal((blocks != 0).sum(axis=1), np.ones(4))


class Elementwise(Case):
    def test_unary(self) -> None:
        erf = np.vectorize(math.erf)
        cases: dict[str, Callable[[Array], Array]] = {
            "Relu": lambda x: np.maximum(x, 0),
            "LeakyRelu": lambda x: np.where(x < 0, 0.01 * x, x),
            "Elu": lambda x: np.where(x < 0, np.exp(x) - 1, x),
            "Gelu": lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
            "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
            "Tanh": np.tanh,
            "Exp": np.exp,
            "Neg": np.negative,
            "Abs": np.abs,
            "Erf": erf,
            "Identity": lambda x: x,
        }
        x = random(3, 4) * 3
        for operator, function in cases.items():
            with self.subTest(operator=operator):
                self.check(operator, x, {}, lambda x, _, f=function: f(x))
        positive = np.abs(x) + 0.5
        self.check("Sqrt", positive, {}, lambda x, _: np.sqrt(x))
        self.check("Log", positive, {}, lambda x, _: np.log(x))
        self.check("Clip", x, {}, lambda x, _: np.clip(x, -1, 0.5), {"min": -1.0, "max": 0.5}, opset=6)
        self.check(
            "Gelu",
            x,
            {},
            lambda x, _: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
            {"approximate": "tanh"},
        )

    def test_binary_with_broadcasting(self) -> None:
        cases: dict[str, Callable[[Array, Array], Array]] = {
            "Add": np.add,
            "Sub": np.subtract,
            "Mul": np.multiply,
            "Div": np.divide,
        }
        x = random(3, 2, 4) + 2.5
        for (operator, function), shape in itertools.product(cases.items(), ((2, 1), (3, 2, 4), (1,), ())):
            z = np.asarray(random(*shape, seed=5) + 2.5, np.float32)
            with self.subTest(operator=operator, shape=shape):
                self.check(operator, x, {"z": z}, lambda x, v, f=function: f(x, v["z"]), parameters=["z"])
                self.check(
                    operator,
                    x,
                    {"z": z},
                    lambda x, v, f=function: f(v["z"], x),
                    parameters=["z"],
                    order=["z", "moved"],
                )

    def test_power(self) -> None:
        x = np.abs(random(3, 4)) + 0.5
        number = np.array(2.5, np.float32)
        self.check("Pow", x, {"z": number}, lambda x, v: x ** v["z"])
        self.check("Pow", x, {"z": random(3, 4) + 2}, lambda x, v: x ** v["z"], parameters=["z"])
        with self.assertRaisesRegex(UnsupportedError, "exponent"):
            self.check("Pow", x, {"z": number}, lambda x, v: x ** v["z"], parameters=["z"])


class Products(Case):
    def test_gemm(self) -> None:
        x = random(4, 3)
        for alpha, beta, left, right in itertools.product((1.0, 0.5), (1.0, 2.0), (0, 1), (0, 1)):
            inner, rows = (4, 3) if left else (3, 4)
            w = random(6, inner) if right else random(inner, 6)
            attributes: dict[str, Attribute] = {
                "alpha": alpha,
                "beta": beta,
                "transA": left,
                "transB": right,
            }

            def expected(
                x: Array,
                v: Mapping[str, Array],
                scales: tuple[float, float] = (alpha, beta),
                turned: tuple[int, int] = (left, right),
            ) -> Array:
                product = (x.T if turned[0] else x) @ (v["w"].T if turned[1] else v["w"])
                return scales[0] * product + scales[1] * v.get("c", np.zeros(1))

            for c in (random(6), random(rows, 1), None):
                weights = {"w": w} if c is None else {"w": w, "c": c}
                with self.subTest(attributes=attributes, c=None if c is None else c.shape):
                    self.check("Gemm", x, weights, expected, attributes, list(weights), rows=rows)

    def test_matmul(self) -> None:
        x = random(2, 3, 4)
        for shape in ((4, 5), (2, 4, 5)):
            w = random(*shape)
            self.check("MatMul", x, {"w": w}, lambda x, v: x @ v["w"], parameters=["w"])
        self.check("MatMul", x, {"w": random(2, 5, 3)}, lambda x, v: v["w"] @ x, None, ["w"], ["w", "moved"])
        with self.assertRaisesRegex(UnsupportedError, "broadcast"):
            self.check("MatMul", x, {"w": random(5, 3)}, lambda x, v: v["w"] @ x, None, ["w"], ["w", "moved"])


class Rest(Case):
    def test_softmax(self) -> None:
        def softmax(axes: tuple[int, ...]) -> Reference:
            def expected(x: Array, _: Mapping[str, Array]) -> Array:
                e = np.exp(x)
                return e / e.sum(axis=axes, keepdims=True)

            return expected

        x = random(2, 3, 4) * 2
        self.check("Softmax", x, {}, softmax((2,)))
        self.check("Softmax", x, {}, softmax((1,)), {"axis": 1})
        self.check("Softmax", x, {}, softmax((1, 2)), opset=11)

    def test_shaping(self) -> None:
        x = random(2, 1, 3)
        self.check("Flatten", x, {}, lambda x, _: x.reshape(2, 3))
        self.check("Squeeze", x, {}, lambda x, _: x[:, 0], {"axes": [1]}, opset=11)
        self.check("Transpose", x, {}, lambda x, _: x.transpose(0, 2, 1), {"perm": [0, 2, 1]})
        self.check("Transpose", x, {}, lambda x, _: x.transpose(2, 0, 1), {"perm": [2, 0, 1]})
        z = random(2, 4, 3)
        self.check("Concat", x, {"z": z}, lambda x, v: np.concatenate([x, v["z"]], 1), {"axis": 1}, ["z"])
        y = random(2, 3, 4)
        for axes, keep in itertools.product(([1], [2], [1, 2]), (0, 1)):
            self.check(
                "ReduceMean",
                y,
                {},
                lambda x, _, a=tuple(axes), k=keep: x.mean(axis=a, keepdims=bool(k)),
                {"axes": axes, "keepdims": keep},
            )


class Lstm(Case):
    """The checking graph reads one output; those that it does not read are named or left out."""

    def lstm(
        self, weights: Mapping[str, Array], wanted: str, outputs: Sequence[str], order: str, **sizes: int
    ) -> None:
        x = random(sizes.get("steps", STEPS), sizes.get("batch", BATCH), INPUT)
        direction = "bidirectional" if len(weights["w"]) == 2 else "forward"
        self.check(
            "LSTM",
            x,
            weights,
            lambda x, v: reference(x, v)[wanted],
            {"direction": direction, "hidden_size": HIDDEN},
            list(weights),
            ["moved", *order.split(",")],
            outputs=outputs,
            rows=x.shape[1],
        )

    def weights(self, directions: int) -> dict[str, Array]:
        weights = draw(directions)
        weights["b"][:, 4 * HIDDEN :] = 0
        return weights

    def test_each_output_in_both_directions(self) -> None:
        for directions in (1, 2):
            for wanted, outputs in (
                ("y", ["result"]),
                ("y", ["result", "unread", "neither"]),
                ("yh", ["", "result"]),
                ("yh", ["unread", "result", "neither"]),
                ("yc", ["", "", "result"]),
            ):
                with self.subTest(directions=directions, outputs=outputs):
                    self.lstm(self.weights(directions), wanted, outputs, "w,r,b")

    def test_without_bias_and_with_a_state_that_learns(self) -> None:
        for directions in (1, 2):
            weights = self.weights(directions)
            state = {
                "h": random(directions, BATCH, HIDDEN),
                "c": random(directions, BATCH, HIDDEN, seed=1),
            }
            with self.subTest(directions=directions):
                self.lstm({**weights, **state}, "yh", ["", "result"], "w,r,b,,h,c")
                del weights["b"]
                self.lstm(weights, "yh", ["", "result"], "w,r")

    def test_one_step_of_one_sequence(self) -> None:
        self.lstm(self.weights(1), "yh", ["", "result"], "w,r,b", steps=1)
        self.lstm(self.weights(2), "y", ["result"], "w,r,b", batch=1)


if __name__ == "__main__":
    unittest.main()

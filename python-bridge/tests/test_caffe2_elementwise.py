"""Element-wise operations of Caffe2."""

from __future__ import annotations

import itertools
import math
import unittest
from typing import Any, Callable, Mapping

import numpy as np

from touchstone_bridge.artefact import Array

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference, Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import chains
from .chains import Build, Chain, begin, end, unary
from .definitions import sigmoid, softmax
from .graphs import random

erf = np.vectorize(math.erf)


def fast_gelu(x: Array) -> Array:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


FUNCTIONS: Mapping[str, "tuple[Callable[[Array], Array], Mapping[str, Any]]"] = {
    "Abs": (np.abs, {}),
    "Cos": (np.cos, {}),
    "Erf": (erf, {}),
    "Exp": (np.exp, {}),
    "Neg": (np.negative, {}),
    "Relu": (lambda x: np.maximum(x, 0), {}),
    "Sigmoid": (sigmoid, {}),
    "Softsign": (lambda x: x / (1 + np.abs(x)), {}),
    "Tanh": (np.tanh, {}),
    "Swish": (lambda x: x * sigmoid(x), {"alpha": 1}),
    "LeakyRelu": (lambda x: np.where(x < 0, 0.3 * x, x), {"alpha": 0.3}),
    "Elu": (lambda x: np.where(x < 0, 2 * (np.exp(x) - 1), x), {"alpha": 2}),
    "Selu": (lambda x: 1.5 * np.where(x < 0, 2 * (np.exp(x) - 1), x), {"alpha": 2, "gamma": 1.5}),
    "HardSigmoid": (lambda x: np.clip(0.3 * x + 0.4, 0, 1), {"alpha": 0.3, "beta": 0.4}),
    "Clip": (lambda x: np.clip(x, -1, 0.5), {"low": -1, "high": 0.5}),
}


def with_itself(build: Build) -> Build:
    """The product of an operand and another operation's result: a gradient flows back through the first alone."""
    return lambda chain, x: chain.add("Mul", [x, build(chain, x)], np.multiply)


def where(chain: Chain, x: int) -> int:
    condition = chain.add("Greater", [x, chain.number(0.1)], np.greater)
    return chain.add("Where", [condition, x, chain.add("Neg", [x], np.negative)], np.where)


def masked(chain: Chain, x: int) -> int:
    """Elements that are masked are −∞, and none becomes NaN by that."""
    mask = chain.literal(np.tri(4, dtype=bool))
    found = chain.add("Where", [mask, x, chain.number(-math.inf)], np.where)
    return chain.add("Softmax", [found], lambda x: softmax(x, -1), axis=2)


def counted(chain: Chain, x: int) -> int:
    above = chain.add("Greater", [x, chain.number(0)], np.greater)
    return chain.add("Cast", [above], np.float64, to="float32")


def powers(chain: Chain, x: int) -> int:
    base = chain.add("Add", [chain.add("Abs", [x], np.abs), chain.number(0.5)], np.add)
    return chain.add("Pow", [base, chain.weight("exponents", random(2, 1))], np.power)


class Elementwise(chains.ChainCase):
    inference = Caffe2Inference
    training = Caffe2Training

    def test_functions(self) -> None:
        for kind, (function, settings) in FUNCTIONS.items():
            with self.subTest(kind):
                self.both(unary(kind, function, **settings), 3, 4, scale=3)
        for approximate, function in (
            ("none", lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2)))),
            ("tanh", fast_gelu),
        ):
            self.both(unary("Gelu", function, approximate=approximate), 3, 4, scale=3)

    def test_functions_of_positive_numbers(self) -> None:
        for kind, function in (("Sqrt", np.sqrt), ("Log", np.log), ("Reciprocal", np.reciprocal)):

            def build(chain: Chain, x: int, kind: str = kind, function: Any = function) -> int:
                size = chain.add("Add", [chain.add("Abs", [x], np.abs), chain.number(0.5)], np.add)
                return chain.add(kind, [size], function)

            with self.subTest(kind):
                self.both(build, 3, 4)

    def test_arithmetic_that_broadcasts(self) -> None:
        cases = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}
        shapes: "list[tuple[int, ...]]" = [(2, 1), (3, 2, 4), (1,), ()]
        for (kind, function), shape, first in itertools.product(cases.items(), shapes, (True, False)):

            def build(
                chain: Chain,
                x: int,
                kind: str = kind,
                function: Any = function,
                shape: "tuple[int, ...]" = shape,
                first: bool = first,
            ) -> int:
                far = chain.add("Add", [x, chain.number(2.5)], np.add)
                other = chain.weight("other", np.asarray(random(*shape, seed=5) + 2.5, np.float32))
                return chain.add(kind, [far, other] if first else [other, far], function)

            with self.subTest(kind=kind, shape=shape, first=first):
                self.both(build, 3, 2, 4)

    def test_sums_and_products_of_an_operand_with_itself(self) -> None:
        for kind, function in (("Add", np.add), ("Mul", np.multiply)):

            def build(chain: Chain, x: int, kind: str = kind, function: Any = function) -> int:
                return chain.add(kind, [x, x], function)

            with self.subTest(kind=kind):
                self.both(build, 3, 4)

    def test_a_factor_that_is_a_number(self) -> None:
        def build(chain: Chain, x: int) -> int:
            return chain.add("Mul", [chain.number(-1.5), x], np.multiply)

        self.both(build, 3, 4)
        chain = Chain(np.array([2, -3], np.int64))
        self.answers(chain, chain.add("Mul", [0, chain.literal(np.array(3, np.int64))], np.multiply))

    def test_what_is_rectified_and_read_elsewhere_stays(self) -> None:
        def build(chain: Chain, x: int) -> int:
            moved = chain.add("Add", [x, x], np.add)
            rectified = chain.add("Relu", [moved], lambda x: np.maximum(x, 0))
            return chain.add("Mul", [moved, rectified], np.multiply)

        self.both(build, 3, 4)

    def test_what_only_a_rectifier_reads_is_overwritten(self) -> None:
        def build(chain: Chain, x: int) -> int:
            moved = chain.add("Add", [x, chain.add("Abs", [x], np.abs)], np.add)
            return chain.add("Relu", [moved], lambda x: np.maximum(x, 0))

        self.both(build, 3, 4)

    def test_powers(self) -> None:
        self.both(powers, 3, 2, 4)

        def by_a_number(chain: Chain, x: int) -> int:
            return chain.add("Pow", [chain.add("Exp", [x], np.exp), chain.number(2)], np.power)

        self.both(by_a_number, 3, 4)

    def test_choices(self) -> None:
        self.both(where, 3, 2, 4)
        self.both(masked, 3, 4, 4)

    def test_no_gradient_flows_through_steps_and_comparisons(self) -> None:
        self.both(with_itself(unary("Floor", np.floor)), 3, 2, 4, scale=3)
        self.both(with_itself(unary("Ceil", np.ceil)), 3, 2, 4, scale=3)
        self.both(with_itself(unary("Sign", np.sign)), 3, 2, 4)
        self.both(with_itself(counted), 3, 2, 4)

    def test_integer_division_truncates(self) -> None:
        chain = Chain(np.array([7, -7], np.int64))
        divisor = chain.literal(np.array([2, 2], np.int64))
        self.answers(chain, chain.add("Div", [0, divisor], lambda x, y: np.trunc(x / y).astype(np.int64)))

    def test_booleans(self) -> None:
        chain = Chain(random(2, 1, 3))
        above = chain.add("Greater", [0, chain.number(0)], np.greater)
        below = chain.add("Not", [above], np.logical_not)
        either = chain.add("Or", [above, below], np.logical_or)
        self.answers(
            chain,
            chain.add("Cast", [chain.add("Xor", [either, above], np.logical_xor)], np.int64, to="int64"),
        )

    def test_half_precision_is_stored(self) -> None:
        chain = Chain(random(2, 3))
        half = chain.add("Cast", [0], lambda x: x.astype(np.float16), to="float16")
        joined = chain.add("Concat", [half, half], lambda *arrays: np.concatenate(arrays), axis=0)
        self.answers(chain, chain.add("Cast", [joined], lambda x: x.astype(np.float32), to="float32"))

    def test_infinities_are_within_bounds_that_are_left_out(self) -> None:
        chain = Chain(np.array([-np.inf, 0, np.inf], np.float32))
        self.answers(chain, chain.add("Clip", [0], lambda x: np.maximum(x, -1), low=-1, high=None))

    def test_a_weight_that_is_not_on_the_way_to_the_loss_has_no_gradient(self) -> None:
        chain, x = begin((3, 4))
        aside = chain.add("Floor", [chain.weight("aside", random(4))], np.floor)
        self.learns(chain, end(chain, chain.add("Add", [x, aside], np.add)))


if __name__ == "__main__":
    unittest.main()

"""Plans of operations on MXNet: what the lowering adds itself, and gradients beside differences."""

from __future__ import annotations

import unittest
from dataclasses import replace
from typing import Any, Sequence, Tuple

import numpy as np

from touchstone_bridge.artefact import Array

try:
    from touchstone_bridge.frameworks.mxnet.models import MxnetInference, MxnetTraining
except ImportError as missing:
    raise unittest.SkipTest("MXNet is not in this environment") from missing

from . import plan_contract
from .definitions import CLASSES
from .graphs import make_graph, make_model, random
from .plan_contract import BATCH
from .plans import constant, operation, port

# The places of operands, results and what comes behind them among the tensors of a plan.
OPERANDS, RESULT, BEHIND = 10, 100, 200


class Answers(unittest.TestCase):
    """What MXNet's own function would answer otherwise, or refuse."""

    def test_halves_are_rounded_to_even(self) -> None:
        x = np.array([0.5, 1.5, 2.5, -0.5, -1.5], np.float32)
        for kind in ("float32", "float64", "float16"):
            self.check("Round", [x.astype(kind)], np.rint(x).astype(kind))

    def test_whole_numbers_are_divided_towards_zero(self) -> None:
        a, b = np.array([7, -7, 7, -7, 2**31 - 1], np.int32), np.array([2, 2, -2, -2, 3], np.int32)
        self.check("Div", [a, b], np.array([3, -3, -3, 3, 715827882], np.int32))

    def test_fractions_have_no_remainder_of_zero(self) -> None:
        a, b = np.array([5, -5, 5, -5], np.float32), np.array([3, 3, np.inf, 0], np.float32)
        self.check("Mod", [a, b], np.array([2, 1, 5, np.nan], np.float32), fmod=False)

    def test_pads_have_their_value(self) -> None:
        x = np.array([[1, 2]], np.float32)
        self.check("Pad", [x], np.array([[7, 1, 2]], np.float32), pads=[[0, 0], [1, 0]], value=7)

    def test_bools_broadcast(self) -> None:
        a, b = np.array([[True], [False]]), np.array([True, False])
        self.check("And", [a, b], a & b)
        self.check("Or", [a, b], a | b)
        self.check("Xor", [a, b], a ^ b)
        self.check("Transpose", [a], a.T, perm=[1, 0])

    def test_whole_numbers_are_multiplied_exactly(self) -> None:
        a, b = np.array([[2**40 + 1, 3]]), np.array([[5], [7]])
        self.check("MatMul", [a, b], a @ b)

    def test_there_are_scalars_and_arrays_without_elements(self) -> None:
        self.check("Exp", [np.array(1, np.float32)], np.exp(np.array(1, np.float32)))
        self.check("Transpose", [np.zeros((2, 0), np.float32)], np.zeros((0, 2), np.float32), perm=[1, 0])
        self.check("ArgMax", [np.ones((2, 3), np.float32)], np.zeros((2, 1), np.int64), axis=1, keepdims=True)

    def check(self, kind: str, operands: Sequence[Array], wanted: Array, **settings: Any) -> None:
        names = [f"x{place}" for place in range(len(operands))]
        inputs = dict(zip(names, operands))
        plan = {
            "inputs": [port(name, place, array) for place, (name, array) in enumerate(inputs.items())],
            "constants": [],
            "operations": [operation(kind, range(len(operands)), [RESULT], **settings)],
            "outputs": [port("y", RESULT, wanted)],
        }
        graph = make_graph([], inputs, {}, {"y": wanted}, ["y"])
        inference = MxnetInference(replace(make_model(graph, {}, [inputs], None), plan=plan))
        found = inference.read(inference.run(0))["y"]
        self.assertEqual((found.shape, found.dtype), (wanted.shape, wanted.dtype))
        np.testing.assert_allclose(found, wanted, 1e-5)


class Learning(plan_contract.PlanLearning):
    inference = MxnetInference
    training = MxnetTraining

    def test_products_whose_batches_broadcast(self) -> None:
        self.operation("MatMul", [random(1, 2, 2, 3), random(2, 1, 3, 4)], (2, 2, 2, 4))
        self.operation("MatMul", [random(2, 2, 3), random(3, 4)], (2, 2, 4))

    def test_convolutions(self) -> None:
        plain = {"strides": [1, 1], "dilations": [1, 1], "pads": [[1, 1], [1, 1]], "group": 1}
        x = random(2, 4, 5, 5)
        self.operation("Conv", [x, random(4, 4, 3, 3), random(4)], (2, 4, 5, 5), **plain)
        self.operation("Conv", [x, random(4, 2, 3, 3)], (2, 4, 5, 5), **{**plain, "group": 2})
        longer = {**plain, "strides": [2, 2], "outputPadding": [1, 0]}
        self.operation("ConvTranspose", [x, random(4, 3, 3, 3)], (2, 3, 10, 9), **longer)

    def test_elements_that_move(self) -> None:
        x = random(2, 3, 4)
        self.operation("CumSum", [x], x.shape, axis=1, exclusive=True, reverse=True)
        self.operation("Slice", [x], (2, 2, 2), begins=[0, 1, 0], ends=[2, 3, 4], strides=[1, 1, 3])
        self.operation("Pad", [x], (3, 5, 4), pads=[[0, 1], [2, 0], [0, 0]], value=1)
        self.operation("Tile", [x], (2, 6, 8), repeats=[1, 2, 2])
        self.operation("Expand", [x], (2, 2, 3, 4), shape=[2, 2, 3, 4])

    def test_pictures_that_are_stretched(self) -> None:
        settings = {"mode": "linear", "nearest": "", "sizes": [6, 3]}
        for coordinates in ("half_pixel", "align_corners"):
            self.operation("Resize", [random(1, 2, 3, 4)], (1, 2, 6, 3), coordinates=coordinates, **settings)

    def operation(
        self, kind: str, operands: Sequence[Array], result: Tuple[int, ...], **settings: Any
    ) -> None:
        """All operands learn, from logits that are a matrix times the result."""
        size = int(np.prod(result))
        weights = {f"w{place}": array for place, array in enumerate(operands)}
        weights["v"] = random(size, CLASSES)
        constants = [
            constant(OPERANDS + place, name, array) for place, (name, array) in enumerate(weights.items())
        ]
        learning = [OPERANDS + place for place in range(len(operands))]
        operations = [
            operation(kind, learning, [RESULT], **settings),
            operation("Reshape", [RESULT], [BEHIND], shape=[1, size]),
            operation("MatMul", [BEHIND, OPERANDS + len(operands)], [BEHIND + 1]),
            operation("Add", [0, BEHIND + 1], [BEHIND + 2]),
        ]
        with self.subTest(kind=kind, settings=settings):
            self.check(weights, random(BATCH, CLASSES), constants, operations, BEHIND + 2)


if __name__ == "__main__":
    unittest.main()

"""Plans of operations on MXNet: what the lowering adds itself, and gradients beside differences."""

from __future__ import annotations

import unittest
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from touchstone_bridge.artefact import Array, Model

try:
    from touchstone_bridge.frameworks.mxnet.models import MxnetInference, MxnetTraining
except ImportError as missing:
    raise unittest.SkipTest("MXNet is not in this environment") from missing

from .graphs import make_graph, make_model, make_node, random, sgd
from .plans import constant, literal, operation, port, wide
from .training_contract import CLASSES, cross_entropy, labels

STEPS, BATCH, VALUES, HIDDEN = 4, 3, 2, 3
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
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


class Learning(unittest.TestCase):
    """Gradients against central differences of the loss in float64, at some coordinates of every weight."""

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

    def test_rows_of_a_table_are_an_embedding(self) -> None:
        weights = {"table": random(6, 4), "v": random(4, CLASSES)}
        constants = [
            constant(1, "table", weights["table"], [0, 1], [6, 4]),
            constant(2, "v", weights["v"], [0, 1], [4, CLASSES]),
            literal(3, np.array([1, 1, 5])),
        ]
        operations = [
            operation("Gather", [1, 3], [4], axis=0),
            operation("Add", [4, 0], [5]),
            operation("MatMul", [5, 2], [6]),
        ]
        self.check(weights, random(BATCH, 4), constants, operations, 6)

    def test_a_weight_in_two_layouts_learns_as_one(self) -> None:
        """logits = (x · w) · wᵀ · v"""
        weights = {"w": random(4, CLASSES), "v": random(4, CLASSES)}
        constants = [
            constant(1, "w", weights["w"], [0, 1], [4, CLASSES]),
            constant(2, "w", weights["w"], [1, 0], [CLASSES, 4]),
            constant(3, "v", weights["v"], [0, 1], [4, CLASSES]),
        ]
        operations = [
            operation("MatMul", [0, 1], [4]),
            operation("MatMul", [4, 2], [5]),
            operation("MatMul", [5, 3], [6]),
        ]
        self.check(weights, random(BATCH, 4), constants, operations, 6)

    def test_recurrent_layers(self) -> None:
        for kind in GATES:
            for direction in ("forward", "reverse", "bidirectional"):
                for shared in (False, True):
                    with self.subTest(kind=kind, direction=direction, shared=shared):
                        self.recurrent(kind, direction, shared)

    def operation(
        self, kind: str, operands: Sequence[Array], result: Tuple[int, ...], **settings: Any
    ) -> None:
        """All operands learn, from logits that are a matrix times the result."""
        size = int(np.prod(result))
        weights = {f"w{place}": array for place, array in enumerate(operands)}
        weights["v"] = random(size, CLASSES)
        constants = [
            constant(OPERANDS + place, name, array, range(array.ndim), array.shape)
            for place, (name, array) in enumerate(weights.items())
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

    def recurrent(self, kind: str, direction: str, shared: bool) -> None:
        """@param shared: the bias and R are multiplied by one before the layer reads them"""
        count, gates = 1 + (direction == "bidirectional"), GATES[kind] * HIDDEN
        weights = {
            "w": random(count, gates, VALUES),
            "r": random(count, gates, HIDDEN),
            "b": random(count, 2 * gates),
            "v": random(count * HIDDEN, CLASSES),
        }
        weights["b"][:, gates:] = 0
        constants = [
            constant(1 + place, name, array, range(array.ndim), array.shape)
            for place, (name, array) in enumerate(weights.items())
        ]
        constants.append(literal(5, np.ones(1, np.float32)))
        settings: Dict[str, Any] = {"hidden": HIDDEN, "direction": direction}
        settings.update(given=["bias"], read=["sequence"])
        if kind == "GRU":
            settings["linearBeforeReset"] = True
        read = [0, 1, 10, 11] if shared else [0, 1, 2, 3]
        outputs = [12, 13, 14] if kind == "LSTM" else [12, 13]
        operations = [
            *([operation("Mul", [2, 5], [10]), operation("Mul", [3, 5], [11])] if shared else []),
            operation(kind, read, outputs, **settings),
            operation("Transpose", [12], [15], perm=[2, 0, 1, 3]),
            operation("Reshape", [15], [16], shape=[BATCH, STEPS, count * HIDDEN]),
            operation("ReduceMean", [16], [17], axes=[1], keepdims=False),
            operation("MatMul", [17, 4], [18]),
        ]
        nodes = [make_node(kind, ["x", "w", "r", "b"], ["y"])]
        frozen = {"b": np.s_[:, gates:]}
        self.check(weights, random(STEPS, BATCH, VALUES), constants, operations, 18, nodes, frozen)

    def check(
        self,
        weights: Mapping[str, Array],
        x: Array,
        constants: Sequence[Any],
        operations: Sequence[Any],
        output: int,
        nodes: Sequence[Any] = (),
        frozen: Optional[Mapping[str, Any]] = None,
    ) -> None:
        """@param frozen: of these weights a part that does not learn"""
        logits = random(BATCH, CLASSES)
        plan = {
            "inputs": [port("x", 0, x)],
            "constants": list(constants),
            "operations": list(operations),
            "outputs": [port("logits", output, logits)],
        }
        graph = make_graph(nodes, {"x": x}, weights, {"logits": logits}, ["logits"], list(weights))
        inputs = [{"x": x, "labels": labels(BATCH, 0)}]
        model = replace(make_model(graph, weights, inputs, sgd(0.1, 0.9)), plan=plan)
        learner = MxnetTraining(model)
        for name, array in learner.weights().items():
            np.testing.assert_array_equal(array, weights[name], name)
        for name, gradient in learner.gradients(0).items():
            self.assertEqual(gradient.shape, weights[name].shape)
            coordinates: List[Tuple[int, ...]] = list(np.ndindex(*gradient.shape))
            for index in coordinates[:: len(coordinates) // 8 or 1]:
                part = np.zeros(gradient.shape, bool)
                part[(frozen or {}).get(name, np.s_[:0])] = True
                wanted = 0.0 if part[index] else difference(model, name, index)
                self.assertAlmostEqual(float(gradient[index]), wanted, 5, f"{name}{index}")


def difference(model: Model, name: str, index: Tuple[int, ...]) -> float:
    step = 1e-5
    above, below = (loss_at(model, name, index, sign * step) for sign in (1, -1))
    return (above - below) / (2 * step)


def loss_at(model: Model, name: str, index: Tuple[int, ...], step: float) -> float:
    weights = {key: array.astype(np.float64) for key, array in model.weights.items()}
    weights[name][index] += step
    moved = replace(model, weights=weights, plan=wide(model.plan))
    inference = MxnetInference(moved)
    return cross_entropy(inference.read(inference.run(0))["logits"], model.inputs[0]["labels"])


if __name__ == "__main__":
    unittest.main()

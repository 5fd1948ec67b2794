"""What every framework that runs plans of operations must hold of weights that learn: gradients against central
differences of the loss in float64, at some coordinates of every weight. Test modules derive from this class and name
the framework's models.
"""

from __future__ import annotations

import unittest
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from touchstone_bridge.artefact import Array, Model

from .definitions import CLASSES, cross_entropy, labels
from .graphs import make_graph, make_model, make_node, random, sgd
from .plans import constant, literal, operation, port, wide

STEPS, BATCH, VALUES, HIDDEN = 4, 3, 2, 3
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


class PlanLearning(unittest.TestCase):
    """Test modules import this module and not the class, which would be collected with them."""

    # Takes the model.
    inference: Any
    training: Any

    def test_a_weight_in_two_layouts_learns_as_one(self) -> None:
        """logits = (x · w) · wᵀ · v"""
        weights = {"w": random(4, CLASSES), "v": random(4, CLASSES)}
        constants = [constant(1, "w", weights["w"]), constant(3, "v", weights["v"])]
        operations = [
            operation("MatMul", [0, 1], [4]),
            operation("Transpose", [1], [2], perm=[1, 0]),
            operation("MatMul", [4, 2], [5]),
            operation("MatMul", [5, 3], [6]),
        ]
        self.check(weights, random(BATCH, 4), constants, operations, 6)

    def test_rows_of_a_table_are_an_embedding(self) -> None:
        weights = {"table": random(6, 4), "v": random(4, CLASSES)}
        constants = [
            constant(1, "table", weights["table"]),
            constant(2, "v", weights["v"]),
            literal(3, np.array([1, 1, 5])),
        ]
        operations = [
            operation("Gather", [1, 3], [4], axis=0),
            operation("Add", [4, 0], [5]),
            operation("MatMul", [5, 2], [6]),
        ]
        self.check(weights, random(BATCH, 4), constants, operations, 6)

    def test_recurrent_layers_have_their_own_weights(self) -> None:
        for kind in GATES:
            for direction in ("forward", "reverse", "bidirectional"):
                with self.subTest(kind=kind, direction=direction):
                    self.recurrent(kind, direction, False)

    def test_recurrent_weights_that_others_read_too(self) -> None:
        for kind in GATES:
            for direction in ("forward", "reverse", "bidirectional"):
                with self.subTest(kind=kind, direction=direction):
                    self.recurrent(kind, direction, True)

    def recurrent(self, kind: str, direction: str, shared: bool) -> None:
        """@param shared: R is multiplied by one before the layer reads it"""
        count, gates = 1 + (direction == "bidirectional"), GATES[kind] * HIDDEN
        weights = {
            "w": random(count, gates, VALUES),
            "r": random(count, gates, HIDDEN),
            "b": random(count, 2 * gates),
            "v": random(count * HIDDEN, CLASSES),
        }
        weights["b"][:, gates:] = 0
        constants = [constant(1, "v", weights["v"]), literal(2, np.ones(1, np.float32))]
        operations, given, read = [], [], [0]
        for each, suffix in enumerate(["", "Backward"][:count]):
            first = 10 * (each + 1)
            own = slice(each, each + 1)
            constants += [
                constant(first, "w", weights["w"], np.s_[own, :, :], shape=[gates, VALUES]),
                constant(first + 1, "r", weights["r"], np.s_[own, :, :], shape=[gates, HIDDEN]),
                constant(first + 2, "b", weights["b"], np.s_[own, :gates], shape=[gates]),
                constant(first + 3, "b", weights["b"], np.s_[own, gates:], False, [gates]),
            ]
            names = ("w", "r", "bias", "recurrentBias")
            given += [name + suffix for name in names]
            if shared:
                operations.append(operation("Mul", [first + 1, 2], [first + 4]))
            read += [first, first + 4 if shared else first + 1, first + 2, first + 3]
        settings: Dict[str, Any] = {"hidden": HIDDEN, "direction": direction, "given": given}
        settings["read"] = ["sequence"]
        if kind == "GRU":
            settings["linearBeforeReset"] = True
        outputs = [30, 31, 32] if kind == "LSTM" else [30, 31]
        operations += [
            operation(kind, read, outputs, **settings),
            operation("ReduceMean", [30], [33], axes=[1], keepdims=False),
            operation("MatMul", [33, 1], [34]),
        ]
        nodes = [make_node(kind, ["x", "w", "r", "b"], ["y"])]
        frozen = {"b": np.s_[:, gates:]}
        self.check(weights, random(BATCH, STEPS, VALUES), constants, operations, 34, nodes, frozen)

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
        learner = self.training(model)
        for name, array in learner.weights().items():
            np.testing.assert_array_equal(array, weights[name], name)
        for name, gradient in learner.gradients(0).items():
            self.assertEqual(gradient.shape, weights[name].shape)
            coordinates: List[Tuple[int, ...]] = list(np.ndindex(*gradient.shape))
            for index in coordinates[:: len(coordinates) // 8 or 1]:
                part = np.zeros(gradient.shape, bool)
                part[(frozen or {}).get(name, np.s_[:0])] = True
                wanted = 0.0 if part[index] else self.difference(model, name, index)
                self.assertAlmostEqual(float(gradient[index]), wanted, 5, f"{name}{index}")

    def difference(self, model: Model, name: str, index: Tuple[int, ...]) -> float:
        step = 1e-5
        above, below = (self.loss_at(model, name, index, sign * step) for sign in (1, -1))
        return (above - below) / (2 * step)

    def loss_at(self, model: Model, name: str, index: Tuple[int, ...], step: float) -> float:
        weights = {key: array.astype(np.float64) for key, array in model.weights.items()}
        weights[name][index] += step
        inference = self.inference(replace(model, weights=weights, plan=wide(model.plan)))
        return cross_entropy(inference.read(inference.run(0))["logits"], model.inputs[0]["labels"])

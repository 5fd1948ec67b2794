"""What every framework's LSTM must hold, against ONNX's equations in NumPy float64.

Test modules derive from `Lstm` and name the framework's inference model.
"""

from __future__ import annotations

import unittest
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from touchstone_bridge.artefact import Array, Attribute, Model
from touchstone_bridge.errors import UnsupportedError

from .graphs import make_graph, make_model, make_node, random

STEPS, BATCH, INPUT, HIDDEN = 5, 3, 4, 6


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def one_direction(x: Array, w: Array, r: Array, b: Array, h: Array, c: Array) -> tuple[Array, Array, Array]:
    """Equations of the ONNX operator with its default activations; gates stacked input, output, forget, cell."""
    hidden = r.shape[-1]
    outputs = []
    for step in x:
        z = step @ w.T + h @ r.T + b[: 4 * hidden] + b[4 * hidden :]
        i, o, f, g = (z[:, gate * hidden : (gate + 1) * hidden] for gate in range(4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs), h, c


def reference(x: Array, weights: Mapping[str, Array]) -> dict[str, Array]:
    """Y, Y_h and Y_c; the second direction, where there is one, reads the sequence backwards."""
    directions = len(weights["w"])
    zeros = np.zeros((directions, x.shape[1], HIDDEN))
    parts = []
    for d in range(directions):
        sequence = x if d == 0 else x[::-1]
        h, c = weights.get("h", zeros)[d], weights.get("c", zeros)[d]
        bias = weights["b"][d] if "b" in weights else np.zeros(8 * HIDDEN)
        y, last_h, last_c = one_direction(sequence, weights["w"][d], weights["r"][d], bias, h, c)
        parts.append((y if d == 0 else y[::-1], last_h, last_c))
    return {
        "y": np.stack([part[0] for part in parts], axis=1),
        "yh": np.stack([part[1] for part in parts]),
        "yc": np.stack([part[2] for part in parts]),
    }


def draw(directions: int) -> dict[str, Array]:
    return {
        "w": random(directions, 4 * HIDDEN, INPUT),
        "r": random(directions, 4 * HIDDEN, HIDDEN),
        "b": random(directions, 8 * HIDDEN),
    }


class Lstm(unittest.TestCase):
    model: Callable[[Model], Any]
    # What `run` has loaded last.
    last: Any

    def run_lstm(
        self,
        x: Array,
        weights: Mapping[str, Array],
        wanted: Sequence[str],
        attributes: Mapping[str, Attribute] | None = None,
        state: bool = False,
        batch_first: bool = False,
    ) -> dict[str, Array]:
        """Outputs of the lowered LSTM; those not wanted are the empty name, as ONNX leaves them out."""
        expected = reference(x, weights)
        bias = "b" if "b" in weights else ""
        names = ["x", "w", "r", bias, *(["", "h", "c"] if state else [])]
        outputs = [name if name in wanted else "" for name in ("y", "yh", "yc")]
        nodes = [make_node("LSTM", names, outputs, {"hidden_size": HIDDEN, **(attributes or {})})]
        inputs = {"x": x}
        values = dict(expected)
        if batch_first:
            inputs = {"rows": np.ascontiguousarray(x.transpose(1, 0, 2))}
            nodes.insert(0, make_node("Transpose", ["rows"], ["x"], {"perm": [1, 0, 2]}))
            values["x"] = x
        graph = make_graph(nodes, inputs, weights, values, list(wanted))
        self.last = self.model(make_model(graph, weights, [inputs], None))
        return dict(self.last.read(self.last.run(0)))

    def near(self, found: Mapping[str, Array], weights: Mapping[str, Array], x: Array) -> None:
        expected = reference(x.astype(np.float64), weights)
        for name, array in found.items():
            self.assertEqual(array.shape, expected[name].shape, name)
            np.testing.assert_allclose(array, expected[name], rtol=1e-5, atol=1e-6, err_msg=name)

    def test_all_outputs_in_both_directions(self) -> None:
        x = random(STEPS, BATCH, INPUT)
        for directions, direction in ((1, "forward"), (2, "bidirectional")):
            for wanted in (["y", "yh", "yc"], ["yh"], ["yc"], ["y"]):
                with self.subTest(direction=direction, wanted=wanted):
                    weights = draw(directions)
                    self.near(self.run_lstm(x, weights, wanted, {"direction": direction}), weights, x)

    def test_without_bias_and_with_an_initial_state(self) -> None:
        x = random(STEPS, BATCH, INPUT)
        weights = draw(1)
        del weights["b"]
        self.near(self.run_lstm(x, weights, ["yh"]), weights, x)
        weights = {**draw(2), "h": random(2, BATCH, HIDDEN), "c": random(2, BATCH, HIDDEN, seed=1)}
        found = self.run_lstm(x, weights, ["y", "yh"], {"direction": "bidirectional"}, state=True)
        self.near(found, weights, x)

    def test_after_a_transposition(self) -> None:
        x = random(STEPS, BATCH, INPUT)
        weights = draw(1)
        self.near(self.run_lstm(x, weights, ["yh"], batch_first=True), weights, x)
        self.check_batch_first()
        self.near(self.run_lstm(x, weights, ["y", "yh"], batch_first=True), weights, x)

    def check_batch_first(self) -> None:
        """What a framework makes of a transposition before its layer; the outputs are compared anyway."""

    def test_refusals(self) -> None:
        x, weights = random(STEPS, BATCH, INPUT), draw(1)
        refused: list[dict[str, Attribute]] = [
            {"direction": "up"},
            {"activations": ["Sigmoid", "Relu", "Tanh"]},
            {"clip": 3.0},
            {"input_forget": 1},
            {"layout": 1},
        ]
        for attributes in refused:
            with self.subTest(attributes=attributes), self.assertRaisesRegex(UnsupportedError, "LSTM with"):
                self.run_lstm(x, weights, ["yh"], attributes)
        self.near(self.run_lstm(x, weights, ["yh"], {"activations": ["Sigmoid", "Tanh", "Tanh"]}), weights, x)

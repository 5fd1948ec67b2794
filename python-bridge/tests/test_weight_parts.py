"""Parts of weights as a plan wants them, and back."""

from __future__ import annotations

import unittest
from dataclasses import replace
from typing import Any, Dict

import numpy as np
from numpy.testing import assert_array_equal

from touchstone_bridge.artefact import Array
from touchstone_bridge.lowering.operations import Constant, read_operation_plan

from .graphs import make_graph, make_model, random
from .plans import constant


class WeightParts(unittest.TestCase):
    def test_an_axis_may_be_split_and_reordered(self) -> None:
        whole = random(2, 6)
        held = read({"view": [2, 3, 2], "order": [2, 1, 0]}, [6, 2], whole)
        expected = whole.reshape(2, 3, 2).transpose(2, 1, 0).reshape(6, 2)
        assert_array_equal(held.to_native({"w": whole}), expected)
        assert_array_equal(held.to_onnx(expected), whole)

    def test_a_view_alone_is_no_rearrangement(self) -> None:
        whole = random(2, 6)
        held = read({"view": [2, 3, 2], "order": [0, 1, 2]}, [2, 6], whole)
        assert_array_equal(held.to_native({"w": whole}), whole)

    def test_gates_are_reordered_before_axes_are_split(self) -> None:
        whole = random(2, 4)
        part = {"blocks": {"axis": 1, "order": [1, 0]}, "view": [2, 2, 2], "order": [1, 0, 2]}
        held = read(part, [4, 2], whole)
        expected = whole[:, [2, 3, 0, 1]].reshape(2, 2, 2).transpose(1, 0, 2).reshape(4, 2)
        assert_array_equal(held.to_native({"w": whole}), expected)
        assert_array_equal(held.to_onnx(expected), whole)

    def test_a_factor_is_taken_in(self) -> None:
        whole = random(2, 3)
        held = read({"factor": 0.5, "order": [1, 0]}, [3, 2], whole, trained=False)
        assert_array_equal(held.to_native({"w": whole}), (whole * np.float32(0.5)).T)

    def test_one_element_fills_the_shape(self) -> None:
        whole = random(1)
        held = read({}, [4], whole, trained=False)
        assert_array_equal(held.to_native({"w": whole}), np.repeat(whole, 4))


def read(part: Dict[str, Any], shape: Any, whole: Array, trained: bool = True) -> Constant:
    raw = constant(0, "w", whole, trained=trained)
    raw["shape"] = shape
    raw["source"]["weight"].update(part)
    plan = {"inputs": [], "constants": [raw], "operations": [], "outputs": []}
    model = replace(make_model(make_graph([], {}, {}, {}, ()), {}, [], None), plan=plan)
    return read_operation_plan(model).constants[0]


if __name__ == "__main__":
    unittest.main()

"""Generation loops."""

from __future__ import annotations

import unittest
from dataclasses import replace
from typing import Any, Sequence

try:
    import numpy as np

    from touchstone_bridge.artefact import Generation, Model, Tensors
    from touchstone_bridge.errors import UnsupportedError
    from touchstone_bridge.framework import Configuration
    from touchstone_bridge.generation import generating
except ImportError as missing:
    raise unittest.SkipTest("NumPy is not in this environment") from missing

from .graphs import make_graph, make_model

ONE = np.ones((1,), np.float32)


class Doubling:
    """State s and token t: s ← 2·s + t, t ← s."""

    configuration: Configuration = {}
    inputs = [[1, 1]]

    def call(self, inputs: Sequence[int]) -> list[int]:
        state, token = inputs
        return [state, 2 * state + token]

    def run(self, buffer: int) -> Any:
        return self.call(self.inputs[buffer])

    def read(self, output: Any) -> Tensors:
        return {"state": np.asarray(output[1])}

    def dispose(self) -> None:
        pass


class WithoutCall:
    """A loaded model that can only run whole buffers."""

    configuration: Configuration = {}


def model(generation: Generation | None) -> Model:
    inputs, outputs = {"s": ONE, "t": ONE}, {"token": ONE, "state": ONE}
    plain = make_model(make_graph([], inputs, {}, outputs, list(outputs)), {}, [{}], None)
    return replace(plain, manifest=replace(plain.manifest, generation=generation))


class Feedback(unittest.TestCase):
    def test_outputs_are_fed_back_between_steps(self) -> None:
        looped = generating(model(Generation(3, {"s": "state", "t": "token"})), Doubling())
        # From (1, 1): (3, 1), (7, 3), (17, 7). Every iteration starts from the same inputs.
        for _ in range(2):
            output = looped.run(0)
            self.assertEqual(list(output), [7, 17])
        self.assertEqual(looped.read(output)["state"], 17)

    def test_a_model_without_generation_is_returned_unchanged(self) -> None:
        plain = Doubling()
        self.assertIs(generating(model(None), plain), plain)

    def test_a_model_without_call_is_rejected(self) -> None:
        with self.assertRaises(UnsupportedError):
            generating(model(Generation(3, {})), WithoutCall())

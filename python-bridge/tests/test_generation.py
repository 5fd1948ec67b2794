"""The loop that feeds outputs back into inputs."""

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


class Whole:
    """Not to be taken apart."""

    configuration: Configuration = {}


def model(generation: Generation | None) -> Model:
    given, made = {"s": ONE, "t": ONE}, {"token": ONE, "state": ONE}
    plain = make_model(make_graph([], given, {}, made, list(made)), {}, [{}], None)
    return replace(plain, manifest=replace(plain.manifest, generation=generation))


class Feedback(unittest.TestCase):
    def test_every_output_but_the_last_is_fed_back(self) -> None:
        looped = generating(model(Generation(3, {"s": "state", "t": "token"})), Doubling())
        # From (1, 1): (3, 1), (7, 3), (17, 7); and each iteration begins anew.
        for _ in range(2):
            output = looped.run(0)
            self.assertEqual(list(output), [7, 17])
        self.assertEqual(looped.read(output)["state"], 17)

    def test_without_a_loop_it_is_the_model_itself(self) -> None:
        plain = Doubling()
        self.assertIs(generating(model(None), plain), plain)

    def test_what_cannot_be_taken_apart_is_refused(self) -> None:
        with self.assertRaises(UnsupportedError):
            generating(model(Generation(3, {})), Whole())

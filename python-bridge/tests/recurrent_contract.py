"""What a framework must hold whose recurrent layers take x steps first, two biases a gate and stacked states: answers,
and gradients of every operand. Test modules derive from `Recurrent` and name the framework's models and gates.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Mapping, Sequence, Tuple

import numpy as np

from . import chains
from .chains import Chain, begin, end
from .recurrences import BATCH, DIRECTIONS, STEPS, VALUES, Layer

RESULTS = ("sequence", "last", "cell")


def batch_first(chain: Chain, result: int) -> int:
    """[steps or directions, batch, values] with the batch in front, as `end` takes it."""
    return chain.add("Transpose", [result], lambda x: x.transpose(1, 0, 2), perm=[1, 0, 2])


class Recurrent(chains.ChainCase):
    """Test modules import this module and not the class, which would be collected with them."""

    # In the order in which the framework stacks them, by ONNX's letters.
    gates: Mapping[str, str]

    @property
    def layers(self) -> Sequence[Layer]:
        return [Layer(kind, "forward", gates) for kind, gates in self.gates.items()]

    def check(self, layer: Layer, position: int, read: Tuple[str, ...] = (), steps: int = STEPS) -> None:
        """The result at that position; gradients of it, of x, of every weight and of the initial states."""
        chain, x = begin((steps, BATCH, VALUES))
        result = layer.add(chain, x, read or (RESULTS[position],))[position]
        self.answers(chain, result)
        self.learns(chain, end(chain, batch_first(chain, result)))

    def test_each_result_in_each_direction(self) -> None:
        for layer, direction in itertools.product(self.layers, DIRECTIONS):
            for position in range(3 if layer.kind == "LSTM" else 2):
                with self.subTest(kind=layer.kind, direction=direction, result=RESULTS[position]):
                    self.check(replace(layer, direction=direction), position)

    def test_several_results(self) -> None:
        for direction in ("forward", "bidirectional"):
            chain, x = begin((STEPS, BATCH, VALUES))
            every, last, cell = replace(self.layers[0], direction=direction).add(chain, x, RESULTS)
            sums = [
                chain.add("ReduceSum", [each], lambda x: x.sum(axis=(0, 2)), axes=[0, 2], keepdims=False)
                for each in (every, last, cell)
            ]
            total = chain.add("Add", [chain.add("Add", sums[:2], np.add), sums[2]], np.add)
            self.answers(chain, total)
            self.learns(chain, end(chain, total))

    def test_without_biases_and_states(self) -> None:
        for layer, direction in itertools.product(self.layers, ("forward", "bidirectional")):
            with self.subTest(kind=layer.kind, direction=direction):
                self.check(replace(layer, direction=direction, has_bias=False, has_states=False), 1)

    def test_weights_that_are_computed(self) -> None:
        for layer in self.layers:
            with self.subTest(kind=layer.kind):
                self.check(replace(layer, direction="bidirectional", computed=True), 0)

    def test_both_biases_learn(self) -> None:
        for layer in self.layers:
            with self.subTest(kind=layer.kind):
                self.check(replace(layer, trains_recurrent_bias=True), 1)

    def test_one_step(self) -> None:
        for layer in self.layers:
            self.check(layer, 1, steps=1)

    def test_two_layers_share_their_weights(self) -> None:
        chain, x = begin((STEPS, BATCH, VALUES))
        layer = replace(self.layers[-1], kind="RNN", gates="h", has_states=False)
        names = list(layer.draw(0))
        inputs = [chain.weight(name, array) for name, array in layer.draw(0).items()]
        results = [
            chain.add_several(
                "RNN",
                [operand, *inputs],
                lambda *arrays: layer.compute(names, arrays),
                hidden=3,
                direction="forward",
                given=names,
                read=["last"],
            )[1]
            for operand in (x, chain.add("Neg", [x], np.negative))
        ]
        difference = chain.add("Sub", results, np.subtract)
        self.answers(chain, difference)
        self.learns(chain, end(chain, batch_first(chain, difference)))

"""Plans of operations on Keras: layers that own their weights, functions where weights are computed or shared, and what
a step changes.
"""

from __future__ import annotations

import unittest
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Sequence

import numpy as np

from touchstone_bridge.artefact import Array
from touchstone_bridge.frameworks.keras.models import KerasInference, KerasTraining

from . import chains, steps_contract
from .chains import Chain, begin, end
from .graphs import random
from .recurrences import BATCH, HIDDEN, STATES, STEPS, VALUES, Layer


class KerasLayer(Layer):
    """Batch first, weights transposed, the states of the directions joined; an LSTM and an RNN have one bias."""

    def draw(self, place: int) -> Dict[str, Array]:
        weights = super().draw(place)
        if self.kind != "GRU":
            weights.pop("recurrentBias", None)
        return {name: np.array(array.T, order="C") for name, array in weights.items()}

    def draw_states(self) -> Dict[str, Array]:
        suffixes = ("", "Backward")[: len(self.runs)]
        names = [name + suffix for suffix in suffixes for name in STATES[self.kind]]
        return {name: random(BATCH, HIDDEN, seed=seed) for seed, name in enumerate(names)}

    def compute(self, names: Sequence[str], arrays: Sequence[Array]) -> List[Array]:
        given = dict(zip(names, arrays[1:]))
        onnx = {name: array.T for name, array in given.items() if not name.startswith("initial")}
        for name in STATES[self.kind] if self.has_states else ():
            onnx[name] = np.stack([given[name + suffix] for suffix in ("", "Backward")[: len(self.runs)]])
        sequence, *ends = super().compute(list(onnx), [arrays[0].transpose(1, 0, 2), *onnx.values()])
        return [sequence.transpose(1, 0, 2), *(np.concatenate(list(each), -1) for each in ends)]


LAYERS = [
    KerasLayer("LSTM", "forward", "ifco"),
    KerasLayer("GRU", "forward", "zrh"),
    KerasLayer("RNN", "forward", "h"),
]
RESULTS = ("sequence", "last", "cell")


class Recurrent(chains.ChainCase):
    inference = KerasInference
    training = KerasTraining

    def check(self, layer: Layer, position: int) -> None:
        """The result at that position; gradients of it, of x, of every weight and of the initial states."""
        chain, x = begin((BATCH, STEPS, VALUES))
        result = layer.add(chain, x, [RESULTS[position]])[position]
        self.answers(chain, result)
        self.learns(chain, end(chain, result))

    def test_each_direction(self) -> None:
        for layer, direction in zip(LAYERS, ("bidirectional", "reverse", "bidirectional")):
            with self.subTest(kind=layer.kind, direction=direction):
                self.check(replace(layer, direction=direction), 0)

    def test_last_states(self) -> None:
        for layer in LAYERS:
            with self.subTest(kind=layer.kind):
                self.check(layer, 2 if layer.kind == "LSTM" else 1)

    def test_without_biases_and_states(self) -> None:
        self.check(replace(LAYERS[0], has_bias=False, has_states=False), 1)

    def test_weights_that_are_computed(self) -> None:
        for layer, direction in zip(LAYERS, ("forward", "bidirectional", "reverse")):
            with self.subTest(kind=layer.kind):
                self.check(replace(layer, direction=direction, computed=True), 0)

    def test_a_gru_whose_both_biases_learn(self) -> None:
        for linear_before_reset in (True, False):
            gru = replace(LAYERS[1], trains_recurrent_bias=True, linear_before_reset=linear_before_reset)
            with self.subTest(linear_before_reset=linear_before_reset):
                self.check(gru, 1)

    def test_a_gru_that_resets_before_its_product(self) -> None:
        self.check(replace(LAYERS[1], linear_before_reset=False), 0)


class Plans(chains.ChainCase):
    inference = KerasInference
    training = KerasTraining

    def test_a_weight_of_two_layers_learns_as_one(self) -> None:
        chain, x = begin((3, 4))
        weight, bias = chain.weight("w", random(4, 4)), chain.weight("c", random(4))
        hidden = self.dense(chain, x, weight, bias)
        self.both_of(chain, self.dense(chain, hidden, weight, bias))

    def test_a_table_that_is_read_in_two_ways(self) -> None:
        chain, x = begin((3, 4))
        table = chain.weight("table", random(6, 4))
        rows = chain.add(
            "Gather",
            [table, chain.literal(np.array([1, 1, 5]))],
            lambda w, at: w[at.astype(int)],
            axis=0,
        )
        turned = chain.add("Transpose", [table], np.transpose, perm=[1, 0])
        self.both_of(chain, chain.add("MatMul", [chain.add("Add", [rows, x], np.add), turned], np.matmul))

    def test_an_activation_within_a_layer_and_a_function(self) -> None:
        for owned in (True, False):
            chain, x = begin((3, 4))
            weight = chain.weight("w", random(4, 5))
            if not owned:
                weight = chain.add("Mul", [weight, chain.number(1)], np.multiply)
            fused = chain.add(
                "Gemm", [x, weight], lambda a, w: np.clip(np.matmul(a, w), 0, 0.5), transB=False
            )
            chain.fuse("Clip", low=0, high=0.5)
            with self.subTest(owned=owned):
                self.both_of(chain, fused)

    def test_normalisations(self) -> None:
        for kind, axes, settings in (
            ("LayerNormalization", (3,), {"axes": [3]}),
            ("InstanceNormalization", (1, 2), {}),
            ("TrainingBatchNormalization", (0, 1, 2), {"axis": 3, "momentum": 0.9}),
        ):
            for owned in (True, False):
                with self.subTest(kind=kind, owned=owned):
                    self.normalised(kind, axes, settings, owned)

    def normalised(self, kind: str, axes: Sequence[int], settings: Mapping[str, Any], owned: bool) -> None:
        def normalise(x: Array, scale: Array, bias: Array, *_running: Array) -> Array:
            variance = x.var(axis=tuple(axes), keepdims=True)
            result: Array = (x - x.mean(axis=tuple(axes), keepdims=True)) / np.sqrt(variance + 1e-3)
            return result * scale + bias

        chain, x = begin((3, 2, 2, 4))
        scale, bias = chain.weight("scale", random(4)), chain.weight("bias", random(4))
        if not owned:
            scale = chain.add("Mul", [scale, chain.number(1)], np.multiply)
        running = [chain.literal(np.ones(4, np.float32))] * 2 if "momentum" in settings else []
        result = chain.add(kind, [x, scale, bias, *running], normalise, epsilon=1e-3, **settings)
        self.learns(chain, end(chain, result))

    def dense(self, chain: Chain, x: int, weight: int, bias: int) -> int:
        return chain.add("Gemm", [x, weight, bias], lambda a, w, c: np.matmul(a, w) + c, transB=False)

    def both_of(self, chain: Chain, result: int) -> None:
        self.answers(chain, result)
        self.learns(chain, end(chain, result))


class Steps(steps_contract.Steps):
    training = KerasTraining

    def test_half_of_a_bias_stays(self) -> None:
        """The recurrent one of a GRU's two biases, which are one variable of the layer, is not trained."""
        chain, x = begin((BATCH, STEPS, VALUES))
        logits = end(chain, LAYERS[1].add(chain, x, ["last"])[1])
        learner = KerasTraining(chain.model(logits, learning=True))
        first = [learner.step(0) for _ in range(3)]
        wanted = chain.value(logits, {**chain.weights, **learner.weights()})
        np.testing.assert_allclose(learner.output(0)["logits"], wanted, rtol=1e-4, atol=1e-5)
        learner.reset()
        self.assertEqual([learner.step(0) for _ in range(3)], first)


if __name__ == "__main__":
    unittest.main()

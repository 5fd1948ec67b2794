"""ONNX's recurrent layers in NumPy, by their equations; weights by direction, gates in a framework's own order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import numpy as np

from touchstone_bridge.artefact import Array

from .chains import Chain
from .definitions import sigmoid
from .graphs import random

STEPS, BATCH, VALUES, HIDDEN = 4, 3, 2, 3
STATES: Mapping[str, Sequence[str]] = {
    "LSTM": ("initialH", "initialC"),
    "GRU": ("initialH",),
    "RNN": ("initialH",),
}
DIRECTIONS: Mapping[str, Sequence[int]] = {"forward": (1,), "reverse": (-1,), "bidirectional": (1, -1)}


@dataclass(frozen=True)
class Layer:
    """In the form of a backend that takes x steps first, two biases a gate and stacked states.

    @param gates: of every kind, by ONNX's letters, in the order in which the backend stacks them
    @param computed: whether the weights are multiplied by one, so that the layer reads values and no constants
    """

    kind: str
    direction: str
    gates: str
    has_bias: bool = True
    has_states: bool = True
    computed: bool = False
    linear_before_reset: bool = True
    trains_recurrent_bias: bool = False

    @property
    def runs(self) -> Sequence[int]:
        return DIRECTIONS[self.direction]

    def add(self, chain: Chain, x: int, read: Sequence[str]) -> List[int]:
        """Its results: every state, the last one and, of an LSTM, the last cell."""
        names, inputs = [], [x]
        for place, suffix in enumerate(("", "Backward")[: len(self.runs)]):
            for name, array in self.draw(place).items():
                names.append(name + suffix)
                trained = name != "recurrentBias" or self.trains_recurrent_bias
                tensor = chain.weight(name + suffix, array, trained=trained)
                one = chain.number(1)
                inputs.append(chain.add("Mul", [tensor, one], np.multiply) if self.computed else tensor)
        for name, array in (self.draw_states() if self.has_states else {}).items():
            names.append(name)
            inputs.append(chain.weight(name, array))
        settings: Dict[str, Any] = {"hidden": HIDDEN, "direction": self.direction, "given": names}
        if self.kind == "GRU":
            settings["linearBeforeReset"] = self.linear_before_reset
        return chain.add_several(
            self.kind, inputs, lambda *arrays: self.compute(names, arrays), read=list(read), **settings
        )

    def draw(self, place: int) -> Dict[str, Array]:
        rows = len(self.gates) * HIDDEN
        weights = {"w": random(rows, VALUES, seed=place), "r": random(rows, HIDDEN, seed=place)}
        if self.has_bias:
            weights["bias"], weights["recurrentBias"] = random(rows, seed=place), random(rows, seed=7 + place)
        return weights

    def draw_states(self) -> Dict[str, Array]:
        return {
            name: random(len(self.runs), BATCH, HIDDEN, seed=seed)
            for seed, name in enumerate(STATES[self.kind])
        }

    def compute(self, names: Sequence[str], arrays: Sequence[Array]) -> List[Array]:
        """Every state [steps, batch, directions·hidden], the last one and the last cell [directions, batch, hidden]."""
        x, given = arrays[0], dict(zip(names, arrays[1:]))
        zeros = np.zeros((len(self.runs), x.shape[1], HIDDEN))
        sequences, lasts, cells = [], [], []
        for place, order in enumerate(self.runs):
            suffix = "Backward" if place == 1 else ""
            own = {
                name: given[name + suffix]
                for name in ("w", "r", "bias", "recurrentBias")
                if name + suffix in given
            }
            h, c = (given.get(name, zeros)[place] for name in ("initialH", "initialC"))
            states = []
            for step in x[::order]:
                h, c = self.next(step, own, h, c)
                states.append(h)
            sequences.append(np.stack(states[::order]))
            lasts.append(h)
            cells.append(c)
        found = [np.concatenate(sequences, 2), np.stack(lasts)]
        return [*found, np.stack(cells)] if self.kind == "LSTM" else found

    def next(self, x: Array, own: Mapping[str, Array], h: Array, c: Array) -> Tuple[Array, Array]:
        """The equations of ONNX's operators with their default activations."""
        zero = np.zeros(len(self.gates) * HIDDEN)
        of_input = self.apart(x @ own["w"].T + own.get("bias", zero))
        of_state = self.apart(h @ own["r"].T + own.get("recurrentBias", zero))
        sums = {gate: of_input[gate] + of_state[gate] for gate in self.gates}
        if self.kind == "RNN":
            return np.tanh(sums["h"]), c
        if self.kind == "LSTM":
            c = sigmoid(sums["f"]) * c + sigmoid(sums["i"]) * np.tanh(sums["c"])
            return sigmoid(sums["o"]) * np.tanh(c), c
        update, reset = sigmoid(sums["z"]), sigmoid(sums["r"])
        at = self.rows("h")
        inner = (
            reset * of_state["h"]
            if self.linear_before_reset
            else (reset * h) @ own["r"][at].T + own.get("recurrentBias", zero)[at]
        )
        return (1 - update) * np.tanh(of_input["h"] + inner) + update * h, c

    def rows(self, gate: str) -> slice:
        begin = self.gates.index(gate) * HIDDEN
        return slice(begin, begin + HIDDEN)

    def apart(self, sums: Array) -> Dict[str, Array]:
        return {gate: sums[:, self.rows(gate)] for gate in self.gates}

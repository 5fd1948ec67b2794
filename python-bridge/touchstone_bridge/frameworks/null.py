"""The identity, which measures the worker itself: `run` returns the prepared input, `step` a constant."""

from __future__ import annotations

import platform

from ..artefact import Array, Model, Tensors
from ..framework import Configuration, Description


class NullInference:
    """Answers with its first input, under the names of the graph's outputs."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self._outputs = [info.name for info in model.graph.outputs]
        names = [info.name for info in model.graph.inputs]
        self.inputs = [[tensors[name] for name in names] for tensors in model.inputs]
        self._firsts = [inputs[0] for inputs in self.inputs]

    def run(self, buffer: int) -> Array:
        return self._firsts[buffer]

    def call(self, inputs: list[Array]) -> list[Array]:
        return [inputs[0]] * len(self._outputs)

    def read(self, output: Array | list[Array]) -> Tensors:
        one = output[0] if isinstance(output, list) else output
        return {name: one for name in self._outputs}

    def dispose(self) -> None:
        self.inputs, self._firsts = [], []


class NullTraining:
    """Learns nothing."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self._inference = NullInference(model)
        self._weights = {name: model.weights[name] for name in model.graph.parameters}

    def step(self, buffer: int) -> float:
        return 0.0

    def reset(self) -> None:
        pass

    def output(self, buffer: int) -> Tensors:
        return self._inference.read(self._inference.run(buffer))

    def gradients(self, buffer: int) -> Tensors | None:
        return None

    def weights(self) -> Tensors:
        return self._weights

    def dispose(self) -> None:
        self._inference.dispose()


class NullFramework:
    def describe(self) -> Description:
        configuration: Configuration = {
            "threads": 1,
            "interOpThreads": None,
            "instructionSet": None,
            "kernelLibrary": None,
            "execution": None,
            "layout": None,
            "arithmetic": None,
            "flushToZero": None,
        }
        return Description({"python": platform.python_version()}, configuration, "cpu")

    def load_inference(self, model: Model) -> NullInference:
        return NullInference(model)

    def load_training(self, model: Model) -> NullTraining:
        return NullTraining(model)


def open_framework(target: str, threads: int) -> NullFramework:
    """There is nothing to open, and no thread to bound."""
    return NullFramework()

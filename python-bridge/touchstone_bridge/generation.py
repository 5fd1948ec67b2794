"""A model that is run as a loop over itself: what generates a text, a token at a time."""

from __future__ import annotations

from typing import Any, List, Protocol, Sequence

from .artefact import Model, Tensors
from .errors import UnsupportedError
from .framework import Configuration, InferenceModel


class Stepping(Protocol):
    """An inference model whose `run` is taken apart: all that a loop over it does is timed."""

    @property
    def inputs(self) -> Sequence[Sequence[Any]]:
        """One entry a buffer, in the order of the graph's inputs."""

    def call(self, inputs: Sequence[Any]) -> Sequence[Any]:
        """Outputs in host memory, in the order of the graph's outputs and as inputs are taken."""


def generating(model: Model, loaded: Any) -> InferenceModel:
    """The model itself where it does not generate."""
    if model.manifest.generation is None:
        inference: InferenceModel = loaded
        return inference
    if not hasattr(loaded, "call"):
        raise UnsupportedError("its driver has no way to feed outputs back into inputs")
    return Generating(model, loaded, loaded)


class Generating:
    def __init__(self, model: Model, inference: InferenceModel, stepping: Stepping) -> None:
        generation = model.manifest.generation
        if generation is None:
            raise ValueError("this artefact is not one that generates")
        self.configuration: Configuration = inference.configuration
        self._inference, self._stepping, self._steps = inference, stepping, generation.steps
        inputs = [info.name for info in model.graph.inputs]
        outputs = [info.name for info in model.graph.outputs]
        self._feedback = [
            (outputs.index(output), inputs.index(name)) for name, output in generation.feedback.items()
        ]

    def run(self, buffer: int) -> Sequence[Any]:
        inputs: List[Any] = list(self._stepping.inputs[buffer])
        outputs = self._stepping.call(inputs)
        for _ in range(self._steps - 1):
            for output, place in self._feedback:
                inputs[place] = outputs[output]
            outputs = self._stepping.call(inputs)
        return outputs

    def read(self, output: Any) -> Tensors:
        return self._inference.read(output)

    def dispose(self) -> None:
        self._inference.dispose()

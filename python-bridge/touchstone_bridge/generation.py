"""Generation loops: a model that is run repeatedly with its own outputs, such as a language model token by token."""

from __future__ import annotations

from typing import Any, List, Protocol, Sequence

from .artefact import Model, Tensors
from .errors import UnsupportedError
from .framework import Configuration, InferenceModel


class Stepping(Protocol):
    """An inference model that can be called with any inputs; the whole loop is timed."""

    @property
    def inputs(self) -> Sequence[Sequence[Any]]:
        """One entry per buffer, in the order of the graph's inputs."""

    def call(self, inputs: Sequence[Any]) -> Sequence[Any]:
        """Outputs in host memory, in the order of the graph's outputs, in the form in which inputs are passed."""


def generating(model: Model, loaded: Any) -> InferenceModel:
    """The loop over a loaded model; the loaded model itself if the artefact has no generation."""
    if model.manifest.generation is None:
        inference: InferenceModel = loaded
        return inference
    if not hasattr(loaded, "call"):
        raise UnsupportedError("its driver cannot feed outputs back into inputs (no method `call`)")
    return Generating(model, loaded, loaded)


class Generating:
    """An inference model whose `run` is a generation loop."""

    def __init__(self, model: Model, inference: InferenceModel, stepping: Stepping) -> None:
        generation = model.manifest.generation
        if generation is None:
            raise ValueError(f"artefact of {model.manifest.workload} has no generation")
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
            for output, position in self._feedback:
                inputs[position] = outputs[output]
            outputs = self._stepping.call(inputs)
        return outputs

    def read(self, output: Any) -> Tensors:
        return self._inference.read(output)

    def dispose(self) -> None:
        self._inference.dispose()

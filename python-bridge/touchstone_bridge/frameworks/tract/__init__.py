"""tract on the CPU: `tract/cpu`."""

from __future__ import annotations

from typing import Any, List, Sequence

import numpy as np
import tract

from ...artefact import Array, Model
from ...errors import UnsupportedError
from ...framework import Configuration, Description
from ...native_import import ImportedModel, ImportingFramework, refusals

__all__ = ["TractFramework", "open_framework"]


class TractInference(ImportedModel):
    """A runnable model. It takes and gives tensors of its own, which `run` turns into arrays."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        with refusals(TractFramework.title, tract.TractError):
            loaded = tract.onnx().load(str(model.file))
            # An input that no node reads is none of its.
            names = [loaded.input_name(place) for place in range(loaded.input_count())]
            self._places = [self.input_names.index(name) for name in names]
            # It names outputs by their nodes and keeps the order of the file.
            if loaded.output_count() != len(self.output_names):
                raise UnsupportedError(
                    f"tract: the file has {loaded.output_count()} outputs, of which "
                    f"{', '.join(self.output_names)} cannot be told apart"
                )
            self._runnable = loaded.into_model().into_runnable()
            self._feeds = [[tract.Tensor.from_numpy(each) for each in self._feed(own)] for own in self.inputs]
            # Some of what it cannot compute it finds out on the way.
            self.run(0)

    def run(self, buffer: int) -> List[Array]:
        return self._answer(self._feeds[buffer])

    def call(self, inputs: Sequence[Array]) -> List[Array]:
        return self._answer(self._feed(inputs))

    def dispose(self) -> None:
        super().dispose()
        del self._feeds, self._runnable

    def _feed(self, inputs: Sequence[Array]) -> List[Array]:
        return [inputs[place] for place in self._places]

    def _answer(self, feed: Sequence[Any]) -> List[Array]:
        return [each.to_numpy() for each in self._runnable.run(feed)]


class TractFramework(ImportingFramework):
    title = "tract"

    def describe(self) -> Description:
        # It reports nothing of itself but its version.
        configuration: Configuration = {
            "threads": 1,
            "interOpThreads": 1,
            "instructionSet": None,
            "kernelLibrary": "tract",
            "execution": "graph, optimised",
            "layout": "NCHW",
            "arithmetic": "float32",
            "flushToZero": None,
        }
        return Description({"tract": tract.version(), "numpy": np.__version__}, configuration, "cpu")

    def load_inference(self, model: Model) -> TractInference:
        return TractInference(model)


def open_framework(target: str, threads: int) -> TractFramework:
    """UnsupportedError for several threads, or a device other than the CPU."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the tract bridge drives tract/cpu, not {target}")
    if threads != 1:
        raise UnsupportedError(f"tract computes on one thread and cannot be given {threads}")
    return TractFramework()

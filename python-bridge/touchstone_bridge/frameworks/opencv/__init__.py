"""OpenCV's module dnn on the CPU: `opencv/cpu` and `opencv/new`, which are its two engines."""

from __future__ import annotations

from importlib.metadata import version
from typing import List, Sequence

import cv2
import numpy as np

from ...artefact import Array, Model
from ...errors import UnsupportedError
from ...framework import Configuration, Description
from ...native_import import ImportedModel, ImportingFramework, refusals

__all__ = ["OpenCvFramework", "open_framework"]

PACKAGE = "opencv-python-headless"
ENGINES = {"cpu": cv2.dnn.ENGINE_CLASSIC, "new": cv2.dnn.ENGINE_NEW}


class OpenCvInference(ImportedModel):
    """A net, which copies what it is given and what it answers."""

    def __init__(self, model: Model, backend: str) -> None:
        super().__init__(model)
        with refusals(OpenCvFramework.title, cv2.error):
            self._net = cv2.dnn.readNetFromONNX(str(model.file), ENGINES[backend])
            self._net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
            self._net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
            engine = engine_of(self._net)
            # It falls back on its classic engine where the new one cannot parse a model.
            if engine != backend:
                raise UnsupportedError(
                    "OpenCV: its new engine does not take this model, for which its classic one steps in"
                )
            # What it cannot compute it finds out on the way.
            self.run(0)
        self.configuration = {"engine": "classic" if engine == "cpu" else "new"}

    def call(self, inputs: Sequence[Array]) -> List[Array]:
        net = self._net
        for name, array in zip(self.input_names, inputs):
            net.setInput(array, name)
        return list(net.forward(self.output_names))

    def dispose(self) -> None:
        super().dispose()
        del self._net


def engine_of(net: cv2.dnn.Net) -> str:
    """The engine that a net really has: only the classic one has a first layer that stands for its inputs."""
    return "cpu" if net.getLayer(0).type == "" else "new"


class OpenCvFramework(ImportingFramework):
    title = "OpenCV"

    def __init__(self, backend: str, threads: int) -> None:
        self._backend = backend
        cv2.setNumThreads(threads)
        # Looks for a GPU otherwise.
        cv2.ocl.setUseOpenCL(False)

    def describe(self) -> Description:
        configuration: Configuration = {
            "threads": cv2.getNumThreads(),
            "interOpThreads": 1,
            "instructionSet": instruction_set(),
            "kernelLibrary": "OpenCV",
            "execution": "graph, optimised",
            "layout": "NCHW",
            "arithmetic": "float32",
            "flushToZero": None,
        }
        versions = {PACKAGE: version(PACKAGE), "numpy": np.__version__}
        return Description(versions, configuration, "cpu")

    def load_inference(self, model: Model) -> OpenCvInference:
        return OpenCvInference(model, self._backend)


def instruction_set() -> str | None:
    """The widest instructions for which its build has code and which this processor has."""
    # A star is code chosen at run time, a question mark what the processor lacks.
    found = {each.strip("*") for each in cv2.getCPUFeaturesLine().split() if not each.endswith("?")}
    known = {"avx512": "AVX512-SKX", "avx2": "AVX2", "sse4.2": "SSE4.2"}
    return next((name for name, feature in known.items() if feature in found), None)


def open_framework(target: str, threads: int) -> OpenCvFramework:
    """UnsupportedError for an engine that OpenCV does not have."""
    backend = target.partition("/")[2]
    if backend not in ENGINES:
        raise UnsupportedError(f"the OpenCV bridge drives opencv/cpu and opencv/new, not {target}")
    return OpenCvFramework(backend, threads)

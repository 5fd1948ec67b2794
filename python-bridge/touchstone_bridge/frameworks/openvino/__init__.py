"""OpenVINO on the CPU: `openvino/cpu`."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any, List, Mapping, Sequence

import numpy as np

# Its import would write an identifier of this user into the home folder, to be sent to its makers. Without this
# package it takes a stub of its own.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino as ov  # noqa: E402

from ...artefact import Array, Model  # noqa: E402
from ...errors import UnsupportedError  # noqa: E402
from ...framework import Configuration, Description  # noqa: E402
from ...native_import import ImportedModel, ImportingFramework, refusals  # noqa: E402
from .layers import layers_of, settings_of  # noqa: E402

__all__ = ["OpenVinoFramework", "open_framework"]

DEVICE = "CPU"
#: Its reason: behind what it says of the pass that failed, if there is one, whose numbers change.
REASON = r"(?:.*CALLBACK HAS THROWN:)?(.*)"


class OpenVinoInference(ImportedModel):
    """A compiled model and one request, whose output tensors are reused: `call` copies them."""

    def __init__(self, model: Model, core: ov.Core) -> None:
        super().__init__(model)
        with refusals(OpenVinoFramework.title, RuntimeError, REASON):
            self._compiled = core.compile_model(core.read_model(str(model.file)), DEVICE)
        self._request = self._compiled.create_infer_request()
        self._infer = self._request.infer
        self._ports = {name: each for each in self._compiled.outputs for name in each.get_names()}
        self._outputs = [self._request.get_tensor(self._ports[name]) for name in self.output_names]
        known = {name for each in self._compiled.inputs for name in each.get_names()}
        # An input that no node reads is not part of the compiled model.
        self._places = [(place, name) for place, name in enumerate(self.input_names) if name in known]
        self._feeds = [self._feed(inputs) for inputs in self.inputs]
        self.configuration = {
            **settings_of(layers_of(self._compiled.get_runtime_model())),
            "threads": self._compiled.get_property("INFERENCE_NUM_THREADS"),
            "flushToZero": self._compiled.get_property("CPU_DENORMALS_OPTIMIZATION"),
        }

    def run(self, buffer: int) -> Sequence[Array]:
        return self._answer(self._feeds[buffer])

    def call(self, inputs: Sequence[Array]) -> Sequence[Array]:
        return self._answer(self._feed(inputs))

    def dispose(self) -> None:
        super().dispose()
        del self._feeds, self._outputs, self._ports, self._infer, self._request, self._compiled

    def _feed(self, inputs: Sequence[Array]) -> Mapping[str, Array]:
        return {name: inputs[place] for place, name in self._places}

    def _answer(self, feed: Mapping[str, Array]) -> List[Array]:
        self._infer(feed, share_inputs=True, share_outputs=True)
        return [tensor.data.copy() for tensor in self._outputs]


class OpenVinoFramework(ImportingFramework):
    title = "OpenVINO"

    def __init__(self, threads: int) -> None:
        self._core = ov.Core()
        # By default a processor with bfloat16 gets results that are off by 4e-3.
        settings: Mapping[str, Any] = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": threads,
        }
        self._core.set_property(DEVICE, settings)

    def describe(self) -> Description:
        def read(name: str) -> Any:
            return self._core.get_property(DEVICE, name)

        configuration: Configuration = {
            "threads": read("INFERENCE_NUM_THREADS"),
            "interOpThreads": int(read("NUM_STREAMS")),
            "instructionSet": None,
            "kernelLibrary": "oneDNN, MLAS",
            "execution": "graph, optimised",
            "layout": "NCHW",
            "arithmetic": read("INFERENCE_PRECISION_HINT").get_type_name().replace("f32", "float32"),
            "flushToZero": None,
            "performanceHint": str(read("PERFORMANCE_HINT")),
            "pinsThreads": bool(read("ENABLE_CPU_PINNING")),
        }
        versions = {"openvino": version("openvino"), "numpy": np.__version__}
        return Description(versions, configuration, "cpu")

    def load_inference(self, model: Model) -> OpenVinoInference:
        return OpenVinoInference(model, self._core)


def open_framework(target: str, threads: int) -> OpenVinoFramework:
    """UnsupportedError for a device other than the CPU."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the OpenVINO bridge drives openvino/cpu, not {target}")
    return OpenVinoFramework(threads)

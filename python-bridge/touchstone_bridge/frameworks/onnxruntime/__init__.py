"""ONNX Runtime on the CPU: `onnxruntime/python`, with the settings of `adapters/onnxruntime/session.ts`."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import onnxruntime as ort

from ...artefact import Array, Model
from ...errors import UnsupportedError
from ...framework import Configuration, Description
from ...native_import import ImportedModel, ImportingFramework, refusals

__all__ = ["OnnxRuntimeFramework", "open_framework"]

#: Its errors for an operator, type or operator set without a kernel, as in `session.ts`.
NO_KERNEL = (
    r"NOT_IMPLEMENTED|Could not find an implementation|is not a registered function|No Op registered for|INVALID_GRAPH"
    r"|Unrecognized attribute|are not supported|Opset \d+ is under development"
)


class OnnxRuntimeInference(ImportedModel):
    """A session; it copies each output into an array of its own."""

    def __init__(self, model: Model, options: ort.SessionOptions) -> None:
        super().__init__(model)
        # Its exceptions have no common class but that of Python.
        with refusals(OnnxRuntimeFramework.title, Exception, NO_KERNEL):
            self._session = ort.InferenceSession(str(model.file), options, providers=["CPUExecutionProvider"])
        self._run = self._session.run
        self._feeds = [dict(zip(self.input_names, inputs)) for inputs in self.inputs]
        self.configuration = {
            "threads": self._session.get_session_options().intra_op_num_threads,
            "executionProvider": provider_of(self._session),
        }

    def run(self, buffer: int) -> Sequence[Array]:
        outputs: Sequence[Array] = self._run(self.output_names, self._feeds[buffer])
        return outputs

    def call(self, inputs: Sequence[Array]) -> Sequence[Array]:
        outputs: Sequence[Array] = self._run(self.output_names, dict(zip(self.input_names, inputs)))
        return outputs

    def dispose(self) -> None:
        super().dispose()
        del self._session, self._run, self._feeds


def provider_of(session: ort.InferenceSession) -> str:
    """The provider that the session really has: a build without the wanted one falls back in silence."""
    first: str = session.get_providers()[0]
    return first.replace("ExecutionProvider", "").lower()


class OnnxRuntimeFramework(ImportingFramework):
    title = "ONNX Runtime"

    def __init__(self, threads: int) -> None:
        self._options = ort.SessionOptions()
        self._options.intra_op_num_threads = threads
        self._options.inter_op_num_threads = 1
        self._options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        self._options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL

    def describe(self) -> Description:
        options = self._options
        optimised = options.graph_optimization_level == ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        sequential = options.execution_mode == ort.ExecutionMode.ORT_SEQUENTIAL
        configuration: Configuration = {
            "threads": options.intra_op_num_threads,
            "interOpThreads": options.inter_op_num_threads,
            # The runtime has no API that reports its kernels.
            "instructionSet": None,
            "kernelLibrary": "MLAS",
            "execution": "graph, optimised" if optimised else "graph",
            "layout": "NCHW",
            "arithmetic": "float32",
            "flushToZero": False,
            "executionMode": "sequential" if sequential else "parallel",
            "executionProvider": "cpu",
        }
        return Description({"onnxruntime": ort.__version__, "numpy": np.__version__}, configuration, "cpu")

    def load_inference(self, model: Model) -> OnnxRuntimeInference:
        return OnnxRuntimeInference(model, self._options)


def open_framework(target: str, threads: int) -> OnnxRuntimeFramework:
    """UnsupportedError for another package of ONNX Runtime than Python's on the CPU."""
    if target.partition("/")[2] != "python":
        raise UnsupportedError(f"the bridge drives onnxruntime/python, not {target}")
    return OnnxRuntimeFramework(threads)

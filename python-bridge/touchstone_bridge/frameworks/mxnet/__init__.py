"""Apache MXNet on the CPU: `mxnet/cpu`."""

from __future__ import annotations

import os

import mxnet as mx
import numpy as np
from mxnet import runtime

from ...artefact import Model
from ...errors import UnsupportedError
from ...framework import Configuration, Description
from .models import MxnetInference, MxnetTraining

__all__ = ["MxnetFramework", "open_framework"]


class MxnetFramework:
    def describe(self) -> Description:
        return Description({"mxnet": mx.__version__, "numpy": np.__version__}, read_configuration(), "cpu")

    def load_inference(self, model: Model) -> MxnetInference:
        return MxnetInference(model)

    def load_training(self, model: Model) -> MxnetTraining:
        return MxnetTraining(model)


def read_configuration() -> Configuration:
    """Keys of `Configuration` in adapters/adapter.ts, then MXNet's own."""
    features = {feature.name for feature in runtime.feature_list() if feature.enabled}
    sets = [name for name in ("SSE", "SSE2", "SSE3", "SSE4_1", "AVX", "AVX2") if f"CPU_{name}" in features]
    libraries = {"oneDNN": "MKLDNN", "OpenBLAS": "BLAS_OPEN", "MKL": "BLAS_MKL"}
    return {
        # MXNet tells no thread count: OpenMP takes it from here, before the library is loaded.
        "threads": int(os.environ.get("OMP_NUM_THREADS", 0)) or None,
        "interOpThreads": int(os.environ.get("MXNET_CPU_WORKER_NTHREADS", 1)),
        # Of MXNet's own kernels; oneDNN and OpenBLAS choose theirs by the processor.
        "instructionSet": sets[-1].lower() if sets else None,
        "kernelLibrary": ", ".join(name for name, flag in libraries.items() if flag in features) or "MXNet",
        "execution": "graph, optimised",
        "layout": "NCHW",
        "arithmetic": "float32",
        "flushToZero": flushes_to_zero(),
        "engine": os.environ.get("MXNET_ENGINE_TYPE", "ThreadedEnginePerDevice"),
        "openMP": "OPENMP" in features,
        "lstmKernel": "RNN operator",
    }


def flushes_to_zero() -> bool:
    """Whether an operator turns a subnormal result into zero, found by computing some."""
    return bool(((mx.nd.array(np.full(1 << 16, 2e-38, np.float32)) * 0.25).asnumpy() == 0).any())


def open_framework(target: str, threads: int) -> MxnetFramework:
    """UnsupportedError for a backend other than the CPU. Thread counts come from the environment."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the MXNet bridge drives mxnet/cpu, not {target}")
    return MxnetFramework()

"""Caffe2 on the CPU: `caffe2/cpu`. It lives inside PyTorch's wheels up to 1.10."""

from __future__ import annotations

import os
import re

import numpy as np
import torch
from caffe2.python import core, workspace

from ...artefact import Model
from ...errors import UnsupportedError
from ...framework import Configuration, Description
from .models import Caffe2Inference, Caffe2Training

__all__ = ["Caffe2Framework", "open_framework"]


class Caffe2Framework:
    def describe(self) -> Description:
        return Description(read_versions(), read_configuration())

    def load_inference(self, model: Model) -> Caffe2Inference:
        return Caffe2Inference(model)

    def load_training(self, model: Model) -> Caffe2Training:
        return Caffe2Training(model)


def read_versions() -> dict[str, str]:
    """Caffe2 has no version of its own any more: it is that of the PyTorch which carries it."""
    libraries = {"MKL": r"Math Kernel Library Version ([\d.]+)", "oneDNN": r"MKL-DNN v([\d.]+)"}
    build = torch.__config__.show()
    found = {name: re.search(pattern, build) for name, pattern in libraries.items()}
    versions = {name: match.group(1) for name, match in found.items() if match}
    return {"caffe2": f"in PyTorch {torch.__version__}", **versions, "numpy": np.__version__}


def read_configuration() -> Configuration:
    """Keys of `Configuration` in adapters/adapter.ts, then Caffe2's own."""
    return {
        # Its kernels use OpenMP and MKL, as PyTorch's in the same library do.
        "threads": torch.get_num_threads(),
        "interOpThreads": 1,
        "instructionSet": None,
        "kernelLibrary": "MKL, Eigen" if torch.backends.mkl.is_available() else "Eigen",
        # Nets are made once and run operator by operator; the type "simple" is that of a net which names none.
        "execution": "graph",
        "layout": "NCHW",
        "arithmetic": "float32",
        "flushToZero": flushes_to_zero(),
        "netType": "simple",
        "openMP": torch.backends.openmp.is_available(),
        "lstmKernel": "RecurrentNetwork of LSTMUnit",
    }


def flushes_to_zero() -> bool:
    """Whether an operator turns a subnormal result into zero, found by computing some."""
    workspace.FeedBlob("subnormal", np.full(1 << 16, 2e-38, np.float32))
    workspace.RunOperatorOnce(core.CreateOperator("Scale", ["subnormal"], ["subnormal"], scale=0.25))
    return bool((workspace.FetchBlob("subnormal") == 0).any())


def open_framework(target: str, threads: int) -> Caffe2Framework:
    """UnsupportedError for a backend other than the CPU."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the Caffe2 bridge drives caffe2/cpu, not {target}")
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    workspace.GlobalInit(["caffe2", "--caffe2_log_level=2", f"--caffe2_omp_num_threads={threads}"])
    torch.set_num_threads(threads)
    return Caffe2Framework()

"""PyTorch's effective settings, read from inside it."""

from __future__ import annotations

import re

import numpy as np
import torch
from torch import nn

from ...framework import Configuration

LIBRARIES = {"oneDNN": r"MKL-DNN v([\d.]+)", "MKL": r"Math Kernel Library Version ([\d.]+)"}
# More elements than one thread takes, so that every thread of the pool is asked.
ENOUGH_FOR_ALL_THREADS = 1 << 20


def read_versions() -> dict[str, str]:
    """PyTorch, the kernel libraries that it was built with, and NumPy."""
    build = torch.__config__.show()
    found = {name: re.search(pattern, build) for name, pattern in LIBRARIES.items()}
    libraries = {name: match.group(1) for name, match in found.items() if match}
    return {"pytorch": torch.__version__, **libraries, "numpy": np.__version__}


def read_configuration() -> Configuration:
    """Keys of `Configuration` in adapters/adapter.ts, then PyTorch's own."""
    onednn = bool(torch.backends.mkldnn.is_available() and torch.backends.mkldnn.enabled)
    return {
        "threads": torch.get_num_threads(),
        "interOpThreads": torch.get_num_interop_threads(),
        "instructionSet": torch.backends.cpu.get_cpu_capability().lower(),
        "kernelLibrary": ", ".join(kernel_libraries(onednn)),
        "execution": "eager",
        "layout": "NCHW",
        "arithmetic": arithmetic(),
        "flushToZero": flushes_to_zero(),
        "defaultType": str(torch.get_default_dtype()).removeprefix("torch."),
        "matmulPrecision": torch.get_float32_matmul_precision(),
        "oneDNN": onednn,
        "openMP": torch.backends.openmp.is_available(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "lstmKernel": lstm_kernel(),
    }


def kernel_libraries(onednn: bool) -> list[str]:
    """Those that are there and switched on."""
    present = {"oneDNN": onednn, "MKL": torch.backends.mkl.is_available()}
    return [name for name, there in present.items() if there] or ["ATen"]


def arithmetic() -> str:
    """Arithmetic of a float32 product, as PyTorch allows it: lower settings let oneDNN take bfloat16 or TF32."""
    return {"highest": "float32", "high": "tf32", "medium": "bfloat16"}[torch.get_float32_matmul_precision()]


def flushes_to_zero() -> bool:
    """Whether any thread turns a subnormal result into zero, found by computing some."""
    subnormal = torch.full((ENOUGH_FOR_ALL_THREADS,), 2e-38) * 0.25
    return bool((subnormal == 0).any())


def lstm_kernel() -> str:
    """Which kernel `nn.LSTM` takes, found in the autograd graph of a minimal one."""
    output, _ = nn.LSTM(1, 1)(torch.zeros(1, 1, 1))
    names: set[str] = set()
    waiting = [output.grad_fn]
    while waiting:
        function = waiting.pop()
        if function is not None:
            names.add(function.name())
            waiting.extend(parent for parent, _ in function.next_functions)
    return "oneDNN fused" if any("MkldnnRnn" in name for name in names) else "ATen, step by step"

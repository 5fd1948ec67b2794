"""Caffe2's effective settings, read from the libraries that it has loaded into this process."""

from __future__ import annotations

import ctypes
import functools
import re
from pathlib import Path

import numpy as np
from caffe2.proto import caffe2_pb2
from caffe2.python import _import_c_extension as extension
from caffe2.python import core, workspace

from ...framework import Configuration, Setting

# More elements than one thread takes, so that every thread of a pool would be asked.
ENOUGH_FOR_ALL_THREADS = 1 << 20


def read_versions() -> dict[str, str]:
    """Caffe2 has had PyTorch's version since the two were merged; MKL's is its own."""
    versions = {"caffe2": str(extension.get_build_options()["TORCH_VERSION"])}
    mkl = mkl_version()
    if mkl is not None:
        versions["MKL"] = mkl
    return {**versions, "numpy": np.__version__}


def read_configuration() -> Configuration:
    """Keys of `Configuration` in adapters/adapter.ts, then Caffe2's own."""
    options = extension.get_build_options()
    net = core.Net("probe").Proto()
    kind = net.type or "simple"
    return {
        "threads": call("omp_get_max_threads"),
        # A simple net runs its operators in order, on the calling thread.
        "interOpThreads": 1 if kind == "simple" else net.num_workers,
        # Neither Caffe2 nor its MKL reports which instructions its kernels choose on this processor.
        "instructionSet": None,
        "kernelLibrary": "MKL, Eigen" if options["BLAS_INFO"] == "mkl" else options["BLAS_INFO"],
        "execution": "graph",
        "layout": "NCHW",
        # MKL before 2021 has no lower arithmetic for a float32 product.
        "arithmetic": "float32",
        "flushToZero": flushes_to_zero(),
        "netType": kind,
        "mklThreads": call("mkl_get_max_threads"),
        "openMP": options["USE_OPENMP"] == "ON",
        "cudaDevices": int(extension.num_cuda_devices()),
    }


def read_net(net: core.Net) -> Configuration:
    """Settings of one model's net, from its operators."""
    operators = list(net.Proto().op)
    settings: dict[str, Setting] = {"netType": net.Proto().type or "simple", "operators": len(operators)}
    elsewhere = {op.type for op in operators if op.device_option.device_type == caffe2_pb2.IDEEP}
    if elsewhere:
        settings["kernelLibrary"] = "MKL, Eigen, oneDNN"
        settings["oneDNNOperators"] = ", ".join(sorted(elsewhere))
    for op in operators:
        if op.type.startswith("RecurrentNetwork"):
            threads = [argument.i for argument in op.arg if argument.name == "rnn_executor.num_threads"]
            settings[f"threadsOf{op.type}"] = threads[0] if threads else None
    return settings


def flushes_to_zero() -> bool:
    """Whether a subnormal result becomes zero, found by computing some."""
    names = ["touchstone_probe_left", "touchstone_probe_right", "touchstone_probe_product"]
    workspace.FeedBlob(names[0], np.full(ENOUGH_FOR_ALL_THREADS, 2e-38, np.float32))
    workspace.FeedBlob(names[1], np.full(ENOUGH_FOR_ALL_THREADS, 0.25, np.float32))
    workspace.RunOperatorOnce(core.CreateOperator("Mul", names[:2], names[2:]))
    flushed = bool((workspace.FetchBlob(names[2]) == 0).any())
    for name in names:
        workspace.ResetBlob(name)
    return flushed


@functools.lru_cache(maxsize=None)
def library() -> ctypes.CDLL | None:
    """The library that holds Caffe2's CPU operators with MKL, already loaded; None where that cannot be seen."""
    try:
        lines = Path("/proc/self/maps").read_text("utf-8").splitlines()
    except OSError:
        return None
    paths = [line[line.index("/") :] for line in lines if "libtorch_cpu" in line]
    return ctypes.CDLL(paths[0]) if paths else None


def call(name: str) -> int | None:
    """A number reported by the library or one that it loads, such as OpenMP; None where it has no such function."""
    function = getattr(library(), name, None)
    return None if function is None else int(function())


def mkl_version() -> str | None:
    """As MKL itself writes it, `2020.0.0`."""
    function = getattr(library(), "MKL_Get_Version_String", None)
    if function is None:
        return None
    text = ctypes.create_string_buffer(256)
    function(text, len(text))
    match = re.search(r"Version ([\d.]+)", text.value.decode("ascii", "replace"))
    return match.group(1) if match else None

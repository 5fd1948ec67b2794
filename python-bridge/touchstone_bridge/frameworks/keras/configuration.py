"""Keras's effective settings, and those of the backend below it, read from inside."""

from __future__ import annotations

import importlib
import os
from typing import Any, Dict

import keras
import numpy as np

from ...framework import Configuration

# The module that a backend's version is asked of.
MODULES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}


def read_versions() -> Dict[str, str]:
    """Keras, its backend and NumPy."""
    backend = keras.backend.backend()
    version = importlib.import_module(MODULES[backend]).__version__
    return {"keras": keras.__version__, backend: version, "numpy": np.__version__}


def read_configuration() -> Configuration:
    """Keys of `Configuration` in adapters/adapter.ts, then Keras's own."""
    backend = keras.backend.backend()
    last = keras.config.image_data_format() == "channels_last"
    return {
        **{"tensorflow": of_tensorflow, "jax": of_jax, "torch": of_torch}[backend](),
        "layout": "NHWC" if last else "NCHW",
        "flushToZero": flushes_to_zero(),
        "backend": backend,
        "defaultType": keras.config.floatx(),
        "momentum": "v ← m·v − rate·g",
    }


def of_tensorflow() -> Dict[str, Any]:
    import tensorflow as tf
    from tensorflow.python.util import _pywrap_util_port

    return {
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "interOpThreads": tf.config.threading.get_inter_op_parallelism_threads(),
        "instructionSet": None,
        "kernelLibrary": "oneDNN, Eigen" if _pywrap_util_port.IsMklEnabled() else "Eigen",
        "execution": "graph, optimised",
        "arithmetic": "float32",
    }


def of_jax() -> Dict[str, Any]:
    import jax

    return {
        "threads": int(os.environ.get("NPROC", 0)) or len(os.sched_getaffinity(0)),
        "interOpThreads": None,
        "instructionSet": None,
        "kernelLibrary": "XLA",
        "execution": "compiled",
        "compilationCache": "persistent" if jax.config.jax_compilation_cache_dir else "none",
        "arithmetic": "float32" if jax.config.jax_default_matmul_precision is None else "by setting",
    }


def of_torch() -> Dict[str, Any]:
    from ..pytorch.configuration import read_configuration as read

    names = ("threads", "interOpThreads", "instructionSet", "kernelLibrary", "execution", "arithmetic")
    configuration = read()
    return {name: configuration[name] for name in names}


def flushes_to_zero() -> bool:
    """Whether the backend turns a subnormal result into zero, found by computing some."""
    small = keras.ops.convert_to_tensor(np.full(1 << 16, 2e-38, np.float32))
    return bool((keras.ops.convert_to_numpy(small * 0.25) == 0).any())

"""TensorFlow's effective settings, read from inside it."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tensorflow.python.util import _pywrap_util_port

from ...framework import Configuration


def read_versions() -> dict[str, str]:
    """TensorFlow, the Keras that its LSTM comes from, and NumPy."""
    return {"tensorflow": tf.__version__, "keras": tf.keras.__version__, "numpy": np.__version__}


def read_configuration() -> Configuration:
    """Keys of `Configuration` in adapters/adapter.ts, then TensorFlow's own."""
    onednn = one_dnn()
    return {
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "interOpThreads": tf.config.threading.get_inter_op_parallelism_threads(),
        "instructionSet": None,
        "kernelLibrary": "oneDNN, Eigen" if onednn else "Eigen",
        "execution": "graph, optimised",
        "layout": "NHWC",
        "arithmetic": "float32",
        "flushToZero": flushes_to_zero(),
        "oneDNN": onednn,
        "tf32": bool(tf.config.experimental.tensor_float_32_execution_enabled()),
        "xlaJit": tf.config.optimizer.get_jit() or "off",
        "lstmKernel": "Keras's loop over the steps",
    }


def one_dnn() -> bool:
    """Whether this build has oneDNN and the processor and TF_ENABLE_ONEDNN_OPTS let it be used."""
    return bool(_pywrap_util_port.IsMklEnabled())


def flushes_to_zero() -> bool:
    """Whether a graph turns a subnormal result into zero, found by computing some."""
    halve = tf.function(lambda x: x * np.float32(0.25))
    return bool((halve(np.full(1 << 16, 2e-38, np.float32)).numpy() == 0).any())

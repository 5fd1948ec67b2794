"""TensorFlow on the CPU: `tensorflow/cpu`."""

from __future__ import annotations

import tensorflow as tf

from ...artefact import Model
from ...errors import UnsupportedError
from ...framework import Description
from .configuration import read_configuration, read_versions
from .models import TensorFlowInference, TensorFlowTraining

__all__ = ["TensorFlowFramework", "open_framework"]


class TensorFlowFramework:
    """Graphs by `tf.function`, optimised by Grappler as by default; no `jit_compile`."""

    def describe(self) -> Description:
        return Description(read_versions(), read_configuration(), "cpu")

    def load_inference(self, model: Model) -> TensorFlowInference:
        return TensorFlowInference(model)

    def load_training(self, model: Model) -> TensorFlowTraining:
        return TensorFlowTraining(model)


def open_framework(target: str, threads: int) -> TensorFlowFramework:
    """Sets TensorFlow's thread pools. UnsupportedError for a backend other than the CPU."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the TensorFlow bridge drives tensorflow/cpu, not {target}")
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    return TensorFlowFramework()

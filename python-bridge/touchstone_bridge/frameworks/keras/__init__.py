"""Keras 3 on its three backends: `keras/tensorflow`, `keras/jax`, `keras/torch`."""

from __future__ import annotations

import keras

from ...artefact import Model
from ...errors import UnsupportedError
from ...framework import Description
from .configuration import read_configuration, read_versions
from .models import KerasInference, KerasTraining

__all__ = ["KerasFramework", "open_framework"]


class KerasFramework:
    """Functional models, with `jit_compile` left at its default."""

    def describe(self) -> Description:
        return Description(read_versions(), read_configuration(), "cpu")

    def load_inference(self, model: Model) -> KerasInference:
        return KerasInference(model)

    def load_training(self, model: Model) -> KerasTraining:
        return KerasTraining(model)


def open_framework(target: str, threads: int) -> KerasFramework:
    """Sets the backend's thread pools. UnsupportedError where Keras came up with another backend."""
    wanted = target.partition("/")[2]
    backend = keras.backend.backend()
    if backend != wanted:
        raise UnsupportedError(f"Keras runs on {backend} here, and {target} needs KERAS_BACKEND={wanted}")
    # Plans have their channels last; a user's own ~/.keras/keras.json may say otherwise.
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    if backend == "torch":
        import torch

        torch.set_num_threads(threads)
        if torch.get_num_interop_threads() != 1:
            torch.set_num_interop_threads(1)
        torch.set_float32_matmul_precision("highest")
    return KerasFramework()

"""Caffe2, the copy inside PyTorch's wheels up to 1.10, on the CPU: `caffe2/cpu`."""

from __future__ import annotations

from caffe2.python import workspace

from ...artefact import Model
from ...errors import UnsupportedError
from ...framework import Description
from .configuration import read_configuration, read_versions
from .models import Caffe2Inference, Caffe2Training

__all__ = ["Caffe2Framework", "open_framework"]


class Caffe2Framework:
    """Nets of the default type, `simple`: operators run one after the other, in the order of the net."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def describe(self) -> Description:
        return Description(read_versions(), read_configuration(), "cpu")

    def load_inference(self, model: Model) -> Caffe2Inference:
        return Caffe2Inference(model, self._threads)

    def load_training(self, model: Model) -> Caffe2Training:
        return Caffe2Training(model, self._threads)


def open_framework(target: str, threads: int) -> Caffe2Framework:
    """Sets the thread pools, once in a process. UnsupportedError for a backend other than the CPU."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the Caffe2 bridge drives caffe2/cpu, not {target}")
    workspace.GlobalInit(
        [
            "caffe2",
            # Errors only: what is wrong comes as an exception too.
            "--caffe2_log_level=2",
            f"--caffe2_omp_num_threads={threads}",
            f"--caffe2_mkl_num_threads={threads}",
        ]
    )
    return Caffe2Framework(threads)

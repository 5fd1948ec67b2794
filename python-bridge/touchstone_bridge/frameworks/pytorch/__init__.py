"""PyTorch, eager, on the CPU: `pytorch/cpu`."""

from __future__ import annotations

import torch

from ...artefact import Model
from ...errors import UnsupportedError
from ...framework import Description
from .configuration import read_configuration, read_versions
from .models import TorchInference, TorchTraining

__all__ = ["TorchFramework", "open_framework"]


class TorchFramework:
    """Strict float32: the environment switches TF32 off and the precision of products is PyTorch's `highest`."""

    def describe(self) -> Description:
        return Description(read_versions(), read_configuration())

    def load_inference(self, model: Model) -> TorchInference:
        return TorchInference(model)

    def load_training(self, model: Model) -> TorchTraining:
        return TorchTraining(model)


def open_framework(target: str, threads: int) -> TorchFramework:
    """Sets PyTorch's thread pools. UnsupportedError for a backend other than the CPU."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the PyTorch bridge drives pytorch/cpu, not {target}")
    torch.set_num_threads(threads)
    # It can be set once in a process, before the first parallel work.
    if torch.get_num_interop_threads() != 1:
        torch.set_num_interop_threads(1)
    torch.set_float32_matmul_precision("highest")
    return TorchFramework()

"""PyTorch on the CPU: eager as `pytorch/cpu`, through `torch.compile` as `pytorch/compile`."""

from __future__ import annotations

import torch

from ...artefact import Model
from ...errors import UnsupportedError
from ...framework import Description
from .compiling import compile_module, compiled_configuration
from .configuration import read_configuration, read_versions
from .models import Prepare, TorchInference, TorchTraining, as_it_is

__all__ = ["TorchFramework", "open_framework"]


class TorchFramework:
    """Strict float32: the environment switches TF32 off and the precision of products is PyTorch's `highest`."""

    def __init__(self, backend: str) -> None:
        self._compiles = backend == "compile"

    def describe(self) -> Description:
        return Description(read_versions(), read_configuration(), "cpu")

    def load_inference(self, model: Model) -> TorchInference:
        loaded = TorchInference(model, self._prepare(model))
        if self._compiles:
            # Compilation is lazy: the first call is part of making the model ready.
            loaded.run(0)
            loaded.configuration = compiled_configuration()
        return loaded

    def load_training(self, model: Model) -> TorchTraining:
        learner = TorchTraining(model, self._prepare(model))
        if self._compiles:
            learner.step(0)
            learner.reset()
            learner.configuration = compiled_configuration()
        return learner

    def _prepare(self, model: Model) -> Prepare:
        if not self._compiles:
            return as_it_is
        # What an earlier model left behind counts neither as a graph break of this one nor towards its limits.
        torch.compiler.reset()
        return compile_module


def open_framework(target: str, threads: int) -> TorchFramework:
    """Sets PyTorch's thread pools. UnsupportedError for a backend other than the CPU."""
    backend = target.partition("/")[2]
    if backend not in ("cpu", "compile"):
        raise UnsupportedError(f"the PyTorch bridge drives pytorch/cpu and pytorch/compile, not {target}")
    torch.set_num_threads(threads)
    # It can be set once in a process, before the first parallel work.
    if torch.get_num_interop_threads() != 1:
        torch.set_num_interop_threads(1)
    torch.set_float32_matmul_precision("highest")
    return TorchFramework(backend)

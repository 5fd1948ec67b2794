"""LiteRT on the CPU: `litert/cpu`."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
from ai_edge_litert import interpreter as litert

from ...artefact import Model
from ...conversion import Converter
from ...errors import UnsupportedError
from ...framework import Description
from .models import LiteRtInference

__all__ = ["LiteRtFramework", "open_framework"]

#: It runs in the environment of TensorFlow.
CONVERTER = "touchstone_bridge.frameworks.tensorflow.to_litert"


class LiteRtFramework:
    """The interpreter as its guide has it, with the XNNPACK delegate that it takes by default."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._converter = Converter(CONVERTER, ".tflite")
        self._file: Path | None = None

    def describe(self) -> Description:
        configuration = {
            "threads": self._threads,
            "interOpThreads": 1,
            "instructionSet": None,
            "kernelLibrary": "XNNPACK",
            "execution": "graph, optimised",
            "layout": "NHWC",
            "arithmetic": "float32",
            "flushToZero": None,
        }
        versions = {"ai-edge-litert": version("ai-edge-litert"), "numpy": np.__version__}
        return Description(versions, configuration, "cpu")

    def prepare(self, folder: Path, plan: Path) -> None:
        self._file = self._converter.converted(folder, plan)

    def load_inference(self, model: Model) -> LiteRtInference:
        if self._file is None:
            raise RuntimeError("load before prepare")
        interpreter = litert.Interpreter(model_path=str(self._file), num_threads=self._threads)
        return LiteRtInference(model, interpreter)

    def load_training(self, model: Model) -> LiteRtInference:
        raise UnsupportedError("LiteRT runs models that are trained elsewhere")


def open_framework(target: str, threads: int) -> LiteRtFramework:
    """UnsupportedError for a device other than the CPU."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the LiteRT bridge drives litert/cpu, not {target}")
    return LiteRtFramework(threads)

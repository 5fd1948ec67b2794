"""IREE on the CPU: `iree/cpu`."""

from __future__ import annotations

import argparse
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any, List, Sequence

import iree.runtime as rt
import numpy as np
from iree.compiler import tools
from iree.compiler.tools.import_onnx import __main__ as importer

from ...artefact import Array, Model
from ...errors import UnsupportedError
from ...framework import Configuration, Description
from ...native_import import ImportedModel, ImportingFramework, refusals

__all__ = ["IreeFramework", "open_framework"]

BACKEND, PROCESSOR = "llvm-cpu", "host"
#: The importer knows operators since this set; files of earlier ones it converts, as its documentation recommends.
OPSET = 17
#: The compiler's reason, from the first error of its diagnostics to where it spells out types.
REASON = r"(?:.*?:\d+:\d+: error: )?(.*?)(?: : \(|$)"


class IreeInference(ImportedModel):
    """A function of a compiled module, which takes arrays of its device and answers with such."""

    def __init__(self, model: Model, config: rt.Config) -> None:
        super().__init__(model)
        with tempfile.TemporaryDirectory(prefix="touchstone-iree-") as folder:
            compiled = compile_model(model.file, Path(folder) / "model.mlir")
        loaded = rt.VmModule.copy_buffer(config.vm_instance, compiled)
        self._module = rt.load_vm_module(loaded, config)
        (name,) = (each for each in loaded.function_names if not each.endswith(("$async", "__init")))
        self._function = self._module[name]
        self._feeds = [[rt.asdevicearray(config.device, each) for each in own] for own in self.inputs]
        self.configuration = {}

    def run(self, buffer: int) -> List[Array]:
        return self.call(self._feeds[buffer])

    def call(self, inputs: Sequence[Any]) -> List[Array]:
        results = self._function(*inputs)
        if isinstance(results, tuple):
            return [each.to_host() for each in results]
        return [results.to_host()]

    def dispose(self) -> None:
        super().dispose()
        del self._feeds, self._function, self._module


def compile_model(path: Path, imported: Path) -> bytes:
    """The file as a program of this processor. The compiler is a process of its own."""
    with refusals(IreeFramework.title, Exception, REASON), warnings.catch_warnings():
        # An output that is left out, as of an LSTM, has no type.
        warnings.filterwarnings("ignore", message="Found a node without a valid type proto")
        importer.main(import_options(path, imported))
        compiled: bytes = tools.compile_file(
            str(imported),
            target_backends=[BACKEND],
            extra_args=[f"--iree-llvmcpu-target-cpu={PROCESSOR}"],
        )
    return compiled


def import_options(path: Path, imported: Path) -> argparse.Namespace:
    return importer.parse_arguments([str(path), "--opset-version", str(OPSET), "-o", str(imported)])


class IreeFramework(ImportingFramework):
    title = "IREE"

    def __init__(self, threads: int) -> None:
        self._threads = threads
        # One thread is the caller's; several are a pool, whose size is read when its driver is opened first.
        if threads > 1:
            rt.flags.parse_flags(f"--task_topology_group_count={threads}")
        self._driver = "local-sync" if threads == 1 else "local-task"
        self._config = rt.Config(self._driver)

    def describe(self) -> Description:
        configuration: Configuration = {
            "threads": self._threads if str(self._config.device) == self._driver else None,
            "interOpThreads": 1,
            "instructionSet": None,
            "kernelLibrary": "IREE",
            "execution": "compiled",
            "layout": "NCHW",
            "arithmetic": "float32",
            "flushToZero": None,
            "driver": str(self._config.device),
            "backend": BACKEND,
            "processor": PROCESSOR,
        }
        versions = {
            "iree-base-compiler": version("iree-base-compiler"),
            "iree-base-runtime": version("iree-base-runtime"),
            "numpy": np.__version__,
        }
        return Description(versions, configuration, "cpu")

    def load_inference(self, model: Model) -> IreeInference:
        return IreeInference(model, self._config)


def open_framework(target: str, threads: int) -> IreeFramework:
    """UnsupportedError for a device other than the CPU."""
    if target.partition("/")[2] != "cpu":
        raise UnsupportedError(f"the IREE bridge drives iree/cpu, not {target}")
    return IreeFramework(threads)

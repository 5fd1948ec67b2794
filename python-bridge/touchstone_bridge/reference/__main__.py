"""`python -m touchstone_bridge.reference <command> <folder>`.

`forward` and `training` take an artefact, `conformance` a folder of artefacts; for `onnx-nodes` see `onnx_nodes.py`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from safetensors.numpy import save_file

from ..artefact import Array, load_model
from .forward import expected_outputs


def main(command: str, folder: Path) -> None:
    model = load_model(folder)
    if command == "forward":
        tensors, by = expected_outputs(model), f"onnx {onnx.__version__} ReferenceEvaluator, float64"
    elif command == "training":
        import torch

        from .training import expected_training

        tensors = expected_training(model)
        by = (
            f"equations with torch {torch.__version__} autograd, float64; outputs checked against onnx "
            f"{onnx.__version__} ReferenceEvaluator, gradients against its central differences"
        )
    else:
        raise SystemExit(f"unknown command {command}")
    artefact = json.loads((folder / "artefact.json").read_text("utf-8"))["id"]
    save_file(compact(tensors), folder / "expected.safetensors", {"artefact": artefact, "reference": by})


def compact(tensors: dict[str, Array]) -> dict[str, Array]:
    """Rounds tensors to float32, an error of 1e-3 of the tightest tolerance. Losses stay float64."""
    return {name: np.asarray(rounded(name, array), order="C") for name, array in tensors.items()}


def rounded(name: str, array: Array) -> Array:
    return array if name == "losses" or array.dtype != np.float64 else array.astype(np.float32)


if __name__ == "__main__":
    if sys.argv[1] == "conformance":
        from .conformance import write_expected

        write_expected(Path(sys.argv[2]))
    elif sys.argv[1] == "onnx-nodes":
        from .onnx_nodes import write_node_tests

        write_node_tests(Path(sys.argv[2]))
    else:
        main(sys.argv[1], Path(sys.argv[2]))

"""`python -m touchstone_bridge.reference <command> <folder>`.

`forward` and `training` take an artefact, `conformance` a folder of artefacts; for `onnx-nodes` see `onnx_nodes.py`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import onnx
from safetensors.numpy import save_file

from ..artefact import load_model
from .compact import compact
from .failures import NotComputed
from .forward import expected_outputs


def main(command: str, folder: Path) -> None:
    model = load_model(folder)
    if command == "forward":
        try:
            tensors = expected_outputs(model)
        except NotComputed as error:
            # The message alone, without the trace.
            raise SystemExit(str(error)) from error
        by = f"onnx {onnx.__version__} ReferenceEvaluator, float64"
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


if __name__ == "__main__":
    if sys.argv[1] == "conformance":
        from .conformance import write_expected

        write_expected(Path(sys.argv[2]))
    elif sys.argv[1] == "onnx-nodes":
        from .onnx_nodes import write_node_tests

        write_node_tests(Path(sys.argv[2]))
    else:
        main(sys.argv[1], Path(sys.argv[2]))

"""Writes the ONNX project's backend node tests, which the `onnx` package generates, as files.

`python -m touchstone_bridge.reference onnx-nodes <folder>` writes for each test `<name>.onnx` and `<name>.safetensors`
(`input/<name>`, `output/<name>`), and `index.json` with an entry for each test; for some the reason why they cannot be
represented.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any, Optional

import numpy as np
import onnx
from onnx.backend.test.case.node import collect_testcases
from safetensors.numpy import save_file

from ..artefact import Array

# Element types of the neutral graph: `dataTypes` in model/graph.ts.
TYPES = frozenset(
    ["float64", "float32", "float16", "int64", "int32", "int16", "int8"]
    + ["uint64", "uint32", "uint16", "uint8", "bool"]
)


def write_node_tests(folder: Path) -> None:
    """Writes all tests; `index.json` is written last."""
    with warnings.catch_warnings():
        # The package itself computes some expected values from infinities.
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    folder.mkdir(parents=True, exist_ok=True)
    entries = [entry_of(case, folder) for case in cases]
    index = {"onnx": onnx.__version__, "tests": entries}
    (folder / "index.json").write_text(json.dumps(index), "utf-8")


def entry_of(case: Any, folder: Path) -> dict[str, Any]:
    graph = case.model.graph
    operators = sorted({node.op_type for node in graph.node})
    entry = {"name": case.name, "operators": operators, "nodes": len(graph.node)}
    tensors: dict[str, Array] = {}
    inputs, outputs = case.data_sets[0]
    for kind, infos, values in (("input", graph.input, inputs), ("output", graph.output, outputs)):
        for info, value in zip(infos, values):
            array = array_of(value)
            reason = why_outside(info, array)
            if reason is not None or array is None:
                return {**entry, "outside": f"{kind} {info.name} {reason}"}
            tensors[f"{kind}/{info.name}"] = np.ascontiguousarray(array).reshape(array.shape)
    save_file(tensors, folder / f"{case.name}.safetensors")
    onnx.save(case.model, folder / f"{case.name}.onnx")
    return entry


def array_of(value: Any) -> Optional[Array]:
    """None for a sequence, an optional or strings."""
    if isinstance(value, onnx.TensorProto):
        value = onnx.numpy_helper.to_array(value)
    if isinstance(value, (np.ndarray, np.generic, int, float)):
        return np.asarray(value)
    return None


def why_outside(info: Any, array: Optional[Array]) -> Optional[str]:
    """Why the neutral graph cannot represent the value; None if it can."""
    if array is None or not info.type.HasField("tensor_type"):
        return "is not a tensor"
    declared = onnx.helper.tensor_dtype_to_np_dtype(info.type.tensor_type.elem_type).name
    for kind in (declared, array.dtype.name):
        if kind not in TYPES:
            return f"has type {'string' if kind in ('object', 'str') else kind}"
    return None

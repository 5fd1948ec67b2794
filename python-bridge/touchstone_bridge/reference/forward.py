"""Expected outputs: the ONNX project's ReferenceEvaluator in float64, with an LSTM that knows all its attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

import numpy as np
import numpy.typing as npt
import onnx
from onnx.reference import ReferenceEvaluator

from ..artefact import Model
from .blanks import name_blank_outputs
from .double import to_double
from .lstm import LSTM
from .pooling import GlobalMaxPool
from .transposed import ConvTranspose

Array = npt.NDArray[Any]


def evaluator(path: Path) -> ReferenceEvaluator:
    """The model, checked by the ONNX checker, ready to be evaluated in float64."""
    model = onnx.load(str(path))
    onnx.checker.check_model(model)
    double = to_double(model)
    name_blank_outputs(double.graph)
    return ReferenceEvaluator(double, new_ops=[LSTM, GlobalMaxPool, ConvTranspose])


def evaluate(model: ReferenceEvaluator, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Outputs by name; float inputs are widened."""
    feeds = {name: widen(tensors[name]) for name in model.input_names}
    return dict(zip(model.output_names, model.run(None, feeds)))


def widen(tensor: Array) -> Array:
    return tensor.astype(np.float64) if tensor.dtype in (np.float32, np.float16) else tensor


def loss_of(model: Model, reference: ReferenceEvaluator, buffer: int) -> float:
    """Mean over all labels of −log softmax(logits)[label]."""
    logits = evaluate(reference, model.inputs[buffer])[model.graph.outputs[0].name]
    labels = model.inputs[buffer]["labels"]
    peak = logits.max(axis=-1, keepdims=True)
    normaliser = np.log(np.exp(logits - peak).sum(axis=-1)) + peak[..., 0]
    chosen = np.take_along_axis(logits, labels[..., None].astype(np.int64), axis=-1)[..., 0]
    return float((normaliser - chosen).mean())


def expected_outputs(model: Model) -> dict[str, Array]:
    """`output/<buffer>/<name>` for every buffer."""
    reference = evaluator(model.model_path)
    return {
        f"output/{buffer}/{name}": np.asarray(array)
        for buffer, tensors in enumerate(model.inputs)
        for name, array in evaluate(reference, tensors).items()
    }

"""Expected outputs: the ONNX project's ReferenceEvaluator in float64, with operators of its own where that errs."""

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
from .older import OLDER, deprecated
from .pooling import AveragePool, GlobalMaxPool, MaxPool
from .quantised import DequantizeLinear
from .recurrent import GRU, LSTM, RNN
from .sampled import GridSample
from .scattered import GatherElements, Scatter
from .transposed import ConvTranspose

Array = npt.NDArray[Any]
# What the evaluator lacks or gets wrong.
OPERATORS = [
    LSTM,
    GRU,
    RNN,
    AveragePool,
    MaxPool,
    GlobalMaxPool,
    ConvTranspose,
    DequantizeLinear,
    GridSample,
    GatherElements,
    Scatter,
    *OLDER,
]


def evaluator(path: Path) -> ReferenceEvaluator:
    """The model, checked by the ONNX checker, ready to be evaluated in float64."""
    model = onnx.load(str(path))
    if not deprecated(model):
        onnx.checker.check_model(model)
    double = to_double(model)
    name_blank_outputs(double.graph)
    return ReferenceEvaluator(double, new_ops=OPERATORS)


def evaluate(model: ReferenceEvaluator, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Outputs by name; float inputs are widened."""
    feeds = {name: widen(tensors[name]) for name in model.input_names}
    return dict(zip(model.output_names, model.run(None, feeds)))


def widen(tensor: Array) -> Array:
    return tensor.astype(np.float64) if tensor.dtype in (np.float32, np.float16) else tensor


def loss_of(model: Model, reference: ReferenceEvaluator, buffer: int) -> float:
    """The loss of model/workload.ts that the model is trained with."""
    if model.manifest.training is None:
        raise ValueError("this artefact is not one for training")
    batch = model.inputs[buffer]
    outputs = evaluate(reference, batch)[model.graph.outputs[0].name]
    chosen = np.take_along_axis(outputs, batch["labels"][..., None].astype(np.int64), axis=-1)[..., 0]
    if model.manifest.training.loss == "huber":
        size = np.abs(chosen)
        return float(np.where(size <= 1, size**2 / 2, size - 0.5).mean())
    peak = outputs.max(axis=-1, keepdims=True)
    surprise = np.log(np.exp(outputs - peak).sum(axis=-1)) + peak[..., 0] - chosen
    return float((surprise * widen(batch.get("advantages", np.ones((), np.float32)))).mean())


def expected_outputs(model: Model) -> dict[str, Array]:
    """`output/<buffer>/<name>` for every buffer."""
    reference = evaluator(model.model_path)
    return {
        f"output/{buffer}/{name}": np.asarray(array)
        for buffer, tensors in enumerate(model.inputs)
        for name, array in answer(model, reference, tensors).items()
    }


def answer(model: Model, reference: ReferenceEvaluator, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs, or where it generates those of its last step."""
    outputs = evaluate(reference, tensors)
    generation = model.manifest.generation
    for _ in range(generation.steps - 1 if generation else 0):
        fed = {name: outputs[output] for name, output in generation.feedback.items()} if generation else {}
        outputs = evaluate(reference, {**tensors, **fed})
    return outputs

"""Expected outputs: the ONNX project's ReferenceEvaluator in float64, with some operators replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

import numpy as np
import numpy.typing as npt
import onnx
from onnx.reference import ReferenceEvaluator

from ..artefact import Model
from .conv_transpose import ConvTranspose
from .grid_sample import GridSample
from .omitted_outputs import name_omitted_outputs
from .opset_versions import VERSIONED, is_deprecated
from .pooling import AveragePool, GlobalMaxPool, MaxPool
from .quantisation import OPERATORS as QUANTISING
from .recurrent import GRU, LSTM, RNN
from .scatter_gather import GatherElements, Scatter
from .to_float64 import to_float64

Array = npt.NDArray[Any]
# Operators that the evaluator does not have or computes incorrectly.
OPERATORS = [
    LSTM,
    GRU,
    RNN,
    AveragePool,
    MaxPool,
    GlobalMaxPool,
    ConvTranspose,
    GridSample,
    GatherElements,
    Scatter,
    *QUANTISING,
    *VERSIONED,
]


def evaluator(path: Path) -> ReferenceEvaluator:
    """An evaluator for the model in float64. The model is checked by the ONNX checker."""
    model = onnx.load(str(path))
    if not is_deprecated(model):
        onnx.checker.check_model(model)
    wide = to_float64(model)
    name_omitted_outputs(wide.graph)
    return ReferenceEvaluator(wide, new_ops=OPERATORS)


def evaluate(model: ReferenceEvaluator, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Outputs by name. Floating-point inputs are converted to float64."""
    feeds = {name: widen(tensors[name]) for name in model.input_names}
    return dict(zip(model.output_names, model.run(None, feeds)))


def widen(tensor: Array) -> Array:
    return tensor.astype(np.float64) if tensor.dtype in (np.float32, np.float16) else tensor


def loss_of(model: Model, reference: ReferenceEvaluator, buffer: int) -> float:
    """The loss of the model, as defined in model/workload.ts."""
    if model.manifest.training is None:
        raise ValueError(f"artefact of {model.manifest.workload} has no training")
    batch = model.inputs[buffer]
    outputs = evaluate(reference, batch)[model.graph.outputs[0].name]
    selected = np.take_along_axis(outputs, batch["labels"][..., None].astype(np.int64), axis=-1)[..., 0]
    if model.manifest.training.loss == "huber":
        size = np.abs(selected)
        return float(np.where(size <= 1, size**2 / 2, size - 0.5).mean())
    peak = outputs.max(axis=-1, keepdims=True)
    cross_entropy = np.log(np.exp(outputs - peak).sum(axis=-1)) + peak[..., 0] - selected
    return float((cross_entropy * widen(batch.get("advantages", np.ones((), np.float32)))).mean())


def expected_outputs(model: Model) -> dict[str, Array]:
    """`output/<buffer>/<name>` for every buffer."""
    reference = evaluator(model.model_path)
    return {
        f"output/{buffer}/{name}": np.asarray(array)
        for buffer, tensors in enumerate(model.inputs)
        for name, array in outputs_of(model, reference, tensors).items()
    }


def outputs_of(model: Model, reference: ReferenceEvaluator, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs; for a generation loop those of the last step."""
    outputs = evaluate(reference, tensors)
    generation = model.manifest.generation
    if generation is None:
        return outputs
    for _ in range(generation.steps - 1):
        fed_back = {name: outputs[output] for name, output in generation.feedback.items()}
        outputs = evaluate(reference, {**tensors, **fed_back})
    return outputs

"""Expected outputs: the ONNX project's ReferenceEvaluator in float64, with some operators replaced."""

from __future__ import annotations

from pathlib import Path
from typing import AbstractSet, Any, Mapping, Optional, Sequence

import numpy as np
import numpy.typing as npt
import onnx
from onnx.reference import ReferenceEvaluator

from ..artefact import Generation, Graph, Model
from .conv_transpose import ConvTranspose
from .decided import Decided, decided_outputs
from .failures import NotComputed, name_failures
from .grid_sample import GridSample
from .loop import Loop
from .omitted_outputs import name_omitted_outputs
from .opset_versions import VERSIONED, is_deprecated
from .pooling import AveragePool, GlobalMaxPool, MaxPool
from .quantisation import OPERATORS as QUANTISATION
from .quantisation import QUANTISING, QuantisedStateLSTM, rounding_at_random
from .recurrent import GRU, LSTM, RNN
from .rounding import deciding_outputs, evidence, spread
from .scatter_gather import GatherElements, Scatter
from .stft import STFT
from .to_float64 import to_float64

Array = npt.NDArray[Any]
# Operators that the evaluator does not have or computes incorrectly.
OPERATORS: list[type] = [
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
    STFT,
    Loop,
    *QUANTISATION,
    *VERSIONED,
]


def evaluator(
    path: Path,
    decided: Sequence[Decided] = (),
    quantised_states: AbstractSet[str] = frozenset(),
    operators: Sequence[type] = OPERATORS,
) -> ReferenceEvaluator:
    """An evaluator for the model in float64, which also gives what decides an output. The model is checked first."""
    model = onnx.load(str(path))
    if not is_deprecated(model):
        onnx.checker.check_model(model)
    return opened(to_float64(model), decided, quantised_states, operators)


def opened(
    model: onnx.ModelProto,
    decided: Sequence[Decided],
    quantised_states: AbstractSet[str],
    operators: Sequence[type] = OPERATORS,
) -> ReferenceEvaluator:
    name_omitted_outputs(model.graph)
    deciding_outputs(model, decided)
    for node in model.graph.node:
        if node.name in quantised_states:
            node.op_type = QuantisedStateLSTM.__name__
    found = ReferenceEvaluator(model, new_ops=list(operators))
    name_failures(found)
    return found


def rounds_to_steps(graph: Graph) -> bool:
    names = {operator.__name__ for operator in QUANTISING}
    return len(graph.quantised_states) > 0 or any(node.operator in names for node in graph.nodes)


def shaken(path: Path, graph: Graph) -> ReferenceEvaluator:
    """The evaluator in float64 with stochastic rounding to steps."""
    generator = np.random.default_rng(0)
    at_random = [rounding_at_random(operator, generator) for operator in QUANTISING]
    replaced = {operator.__name__ for operator in QUANTISING}
    others = [operator for operator in OPERATORS if operator.__name__ not in replaced]
    return evaluator(path, (), graph.quantised_states, [*others, *at_random])


def evaluate(model: ReferenceEvaluator, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Outputs by name. Floating-point inputs are converted to float64."""
    # An input that a value is bound to has it in the file.
    feeds = {name: widen(tensors[name]) for name in model.input_names if name in tensors}
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
    """`output/<buffer>/<name>` for every buffer; outside of loops also what `rounding.evidence` adds."""
    if model.manifest.generation is not None:
        return after_loop(model, model.manifest.generation)
    if model.graph.is_whole:
        return whole_outputs(model)
    decided = decided_outputs(model.graph)
    states = model.graph.quantised_states
    reference = evaluator(model.model_path, decided, states)
    # NumPy computes float16 a hundred times as slowly, and its rounding is in the tolerance already.
    is_half = any(info.type == "float16" for info in model.graph.values.values())
    narrow = None if is_half else opened(onnx.load(str(model.model_path)), decided, states)
    again = shaken(model.model_path, model.graph) if rounds_to_steps(model.graph) else None
    names = [info.name for info in model.graph.outputs]
    found: dict[str, Array] = {}
    for buffer, tensors in enumerate(model.inputs):
        wide = evaluate(reference, tensors)
        found.update({f"output/{buffer}/{name}": np.asarray(wide[name]) for name in names})
        given = {} if narrow is None else evaluate_as_given(narrow, tensors)
        found.update(evidence(decided, buffer, wide, given))
        if again is not None:
            found.update(spread(buffer, wide, evaluate(again, tensors)))
    return found


def whole_outputs(model: Model) -> dict[str, Array]:
    """Of a file that no graph describes: in its own types where it has operators that do not compute in float64."""
    decided = decided_outputs(model.graph)
    narrow = opened(onnx.load(str(model.model_path)), decided, frozenset())
    wide: Optional[ReferenceEvaluator] = evaluator(model.model_path, decided)
    found: dict[str, Array] = {}
    for buffer, tensors in enumerate(model.inputs):
        given = evaluate_as_given(narrow, tensors)
        outputs = None if wide is None else evaluate_or_none(wide, tensors)
        wide = None if outputs is None else wide
        outputs = given if outputs is None else outputs
        names = [info.name for info in model.graph.outputs]
        found.update({f"output/{buffer}/{name}": np.asarray(outputs[name]) for name in names})
        found.update(evidence(decided, buffer, outputs, given))
    return found


def evaluate_or_none(model: ReferenceEvaluator, tensors: Mapping[str, Array]) -> Optional[dict[str, Array]]:
    try:
        return evaluate(model, tensors)
    except NotComputed:
        return None


def evaluate_as_given(model: ReferenceEvaluator, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Outputs by name, in the model's own types."""
    feeds = {name: tensors[name] for name in model.input_names if name in tensors}
    return dict(zip(model.output_names, model.run(None, feeds)))


def after_loop(model: Model, generation: Generation) -> dict[str, Array]:
    """The outputs of the last step."""
    reference = evaluator(model.model_path, quantised_states=model.graph.quantised_states)
    found: dict[str, Array] = {}
    for buffer, tensors in enumerate(model.inputs):
        outputs = evaluate(reference, tensors)
        for _ in range(generation.steps - 1):
            fed_back = {name: outputs[output] for name, output in generation.feedback.items()}
            outputs = evaluate(reference, {**tensors, **fed_back})
        found.update({f"output/{buffer}/{name}": np.asarray(array) for name, array in outputs.items()})
    return found

"""Expected values of the small models of `suites/conformance/` in float64, without automatic differentiation.

Outputs are those of the ONNX project's ReferenceEvaluator; gradients are central differences of the loss that it
computes, at every coordinate of every parameter, so that no framework's backward pass is the reference of another.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import save_file

from ..artefact import Array, Model, load_model
from .compact import compact
from .forward import evaluate, evaluator, expected_outputs, loss_of, widen
from .update_rules import UpdateRule

# The error of a central difference is STEP² times the third derivative, plus rounding of 1e-16 / STEP.
STEP = 1e-5
ROUNDING = 1e-9


def write_expected(root: Path) -> None:
    """Writes `expected.safetensors` into every artefact folder under `root`."""
    folders = sorted(path.parent for path in root.glob("*/artefact.json"))
    with ProcessPoolExecutor() as pool:
        for folder, tensors in zip(folders, pool.map(expected, folders)):
            arrays = {name: np.asarray(array, order="C") for name, array in tensors.items()}
            save_file(arrays, folder / "expected.safetensors")


def expected(folder: Path) -> dict[str, Array]:
    """The values that the parity check compares; outputs and gradients are rounded to float32."""
    model = load_model(folder)
    found = expected_outputs(model) if model.manifest.training is None else expected_training(model)
    return compact(found)


def expected_training(model: Model) -> dict[str, Array]:
    """As `training.expected_training`, with gradients by central differences."""
    training = model.manifest.training
    if training is None:
        raise ValueError(f"artefact of {model.manifest.workload} has no training")
    reference = evaluator(model.model_path)
    names = model.graph.parameters
    weights = {name: widen(model.weights[name]).copy() for name in names}
    rule = UpdateRule(training.optimiser)
    found: dict[str, Array] = {}
    losses = []
    for step in range(training.steps):
        buffer = step % model.manifest.buffers
        reference.rt_inits_.update(weights)
        if step == 0:
            logits = model.graph.outputs[0].name
            found[f"output/0/{logits}"] = evaluate(reference, model.inputs[0])[logits]
        losses.append(loss_of(model, reference, buffer))
        gradients = {name: gradient(model, reference, weights[name], name, buffer) for name in names}
        if step == 0:
            found.update({f"gradient/{name}": array for name, array in gradients.items()})
        rule.apply(weights, gradients)
    found["losses"] = np.asarray(losses)
    found.update({f"weight/{name}": array for name, array in weights.items()})
    return found


def gradient(model: Model, reference: ReferenceEvaluator, weight: Array, name: str, buffer: int) -> Array:
    """Central differences at every coordinate that is trained."""
    moved = weight.copy()
    flat = moved.reshape(-1)
    result = np.zeros(weight.size)
    reference.rt_inits_[name] = moved
    for index in trained_coordinates(model, weight, name):
        value = flat[index]
        flat[index] = value + STEP
        above = loss_of(model, reference, buffer)
        flat[index] = value - STEP
        below = loss_of(model, reference, buffer)
        flat[index] = value
        result[index] = (above - below) / (2 * STEP)
    reference.rt_inits_[name] = weight
    # The derivative with respect to a weight without influence is rounding only; an exact zero is compared absolutely.
    result[np.abs(result) < ROUNDING] = 0
    return result.reshape(weight.shape)


def trained_coordinates(model: Model, weight: Array, name: str) -> Array:
    """Flat indices of the elements that training updates."""
    coordinates = np.arange(weight.size).reshape(weight.shape)
    return coordinates[model.graph.trainable(name)].reshape(-1)

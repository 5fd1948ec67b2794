"""Expected values of the small models of `suites/conformance/`: float64, by definition rather than by autograd.

Outputs are the ONNX project's ReferenceEvaluator's; gradients are central differences of the loss that it gives, at
every coordinate of every parameter, so that no framework's backward pass is the judge of another's.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import save_file

from ..artefact import Array, Model, load_model
from .forward import evaluate, evaluator, expected_outputs, loss_of, widen
from .updates import Updates

# The error of a central difference is STEP² times the third derivative, plus rounding: 1e-16 / STEP.
STEP = 1e-5
NOTHING = 1e-9


def write_expected(root: Path) -> None:
    """Writes `expected.safetensors` into every artefact folder under `root`."""
    folders = sorted(path.parent for path in root.glob("*/artefact.json"))
    with ProcessPoolExecutor() as pool:
        for folder, tensors in zip(folders, pool.map(expected, folders)):
            arrays = {name: np.asarray(array, order="C") for name, array in tensors.items()}
            save_file(arrays, folder / "expected.safetensors")


def expected(folder: Path) -> dict[str, Array]:
    """What the parity gate compares; outputs and gradients are rounded to float32."""
    model = load_model(folder)
    found = expected_outputs(model) if model.manifest.training is None else expected_training(model)
    return {name: array if name == "losses" else array.astype(np.float32) for name, array in found.items()}


def expected_training(model: Model) -> dict[str, Array]:
    """As `training.expected_training`, with gradients by differences."""
    training = model.manifest.training
    if training is None:
        raise ValueError("this artefact is not one for training")
    reference = evaluator(model.model_path)
    names = model.graph.parameters
    weights = {name: widen(model.weights[name]).copy() for name in names}
    updates = Updates(training.optimiser)
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
        updates.apply(weights, gradients)
    found["losses"] = np.asarray(losses)
    found.update({f"weight/{name}": array for name, array in weights.items()})
    return found


def gradient(model: Model, reference: ReferenceEvaluator, weight: Array, name: str, buffer: int) -> Array:
    """Central differences at every coordinate that learns."""
    moved = weight.copy()
    flat = moved.reshape(-1)
    result = np.zeros(weight.size)
    reference.rt_inits_[name] = moved
    for index in learning_coordinates(model, weight, name):
        value = flat[index]
        flat[index] = value + STEP
        above = loss_of(model, reference, buffer)
        flat[index] = value - STEP
        below = loss_of(model, reference, buffer)
        flat[index] = value
        result[index] = (above - below) / (2 * STEP)
    reference.rt_inits_[name] = weight
    # What does not depend on a weight at all differs by rounding only; zero is compared absolutely.
    result[np.abs(result) < NOTHING] = 0
    return result.reshape(weight.shape)


def learning_coordinates(model: Model, weight: Array, name: str) -> Array:
    """Flat indices of what training updates."""
    coordinates = np.arange(weight.size).reshape(weight.shape)
    return coordinates[model.graph.trainable(name)].reshape(-1)

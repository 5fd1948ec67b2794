"""Expected losses, gradients and weights: equations with PyTorch float64 autograd, cross-checked.

The update rules are those of model/workload.ts; see update_rules.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from onnx.reference import ReferenceEvaluator
from torch import Tensor

from ..artefact import Model, Training
from .equations import evaluate_graph
from .forward import evaluate, evaluator, loss_of, widen
from .update_rules import UpdateRule

Array = npt.NDArray[Any]
Weights = dict[str, Tensor]

# Coordinates of each parameter whose derivative is checked by central differences, and the permitted relative error.
CHECKED_COORDINATES = 4
STEP = 1e-6
# If all weights move, some of a million ReLU inputs change sign; with a shorter step fewer do.
FULL_STEP = 1e-8
AGREEMENT = 1e-5
# What the inputs that do change sign leave: 1.1e-5 on ResNet-18.
FULL_AGREEMENT = 1e-4
# Number of weights from which on a network is checked along directions in which all move; number of those directions.
LARGE = 100_000
FULL_DIRECTIONS = 2


def expected_training(model: Model) -> dict[str, Array]:
    """`output/0/<logits>`, `losses`, `gradient/<parameter>`, `weight/<parameter>`; AssertionError if checks fail."""
    training = model.manifest.training
    if training is None:
        raise ValueError(f"artefact of {model.manifest.workload} has no training")
    weights = {name: torch.from_numpy(widen(array)) for name, array in model.weights.items()}
    logits, first_loss, first = gradients(model, weights, 0)
    check_forward(model, logits)
    check_differences(model, weights, first)
    losses, trained = train(model, training, weights)
    assert losses[0] == first_loss
    expected = {f"output/0/{model.graph.outputs[0].name}": logits.numpy(), "losses": np.asarray(losses)}
    expected.update({f"gradient/{name}": gradient.numpy() for name, gradient in first.items()})
    expected.update({f"weight/{name}": trained[name].numpy() for name in model.graph.parameters})
    return expected


def gradients(model: Model, weights: Weights, buffer: int) -> tuple[Tensor, float, Weights]:
    """Logits, mean loss, and its gradients by parameter name."""
    tracked = {name: weights[name].clone().requires_grad_(True) for name in model.graph.parameters}
    batch = model.inputs[buffer]
    inputs = {info.name: torch.from_numpy(widen(batch[info.name])) for info in model.graph.inputs}
    values = evaluate_graph(model.graph, {**weights, **tracked, **inputs})
    logits = values[model.graph.outputs[0].name]
    loss = loss_from(model, logits, batch)
    loss.backward()
    found = {name: freeze(model, name, gradient_of(tensor)) for name, tensor in tracked.items()}
    return logits.detach(), float(loss.detach()), found


def loss_from(model: Model, outputs: Tensor, batch: Mapping[str, Array]) -> Tensor:
    """The loss of the model, as defined in model/workload.ts."""
    if model.manifest.training is None:
        raise ValueError(f"artefact of {model.manifest.workload} has no training")
    labels = torch.from_numpy(batch["labels"].astype(np.int64))
    selected = outputs.gather(-1, labels[..., None])[..., 0]
    if model.manifest.training.loss == "huber":
        size = selected.abs()
        return torch.where(size <= 1, size**2 / 2, size - 0.5).mean()
    cross_entropy = torch.logsumexp(outputs, dim=-1) - selected
    return (cross_entropy * torch.from_numpy(widen(batch.get("advantages", np.ones((), np.float32))))).mean()


def gradient_of(tensor: Tensor) -> Tensor:
    if tensor.grad is None:
        raise ValueError("the loss does not depend on a parameter")
    return tensor.grad


def freeze(model: Model, name: str, gradient: Tensor) -> Tensor:
    """The gradient, with zeros in the part of the parameter that is not trained."""
    trained = model.graph.trainable(name)
    result = torch.zeros_like(gradient)
    result[trained] = gradient[trained]
    return result


def train(model: Model, training: Training, weights: Weights) -> tuple[list[float], Weights]:
    """The loss before each update, and the weights after the last."""
    weights = dict(weights)
    rule = UpdateRule(training.optimiser)
    losses = []
    for step in range(training.steps):
        _, loss, found = gradients(model, weights, step % model.manifest.buffers)
        losses.append(loss)
        rule.apply(weights, found)
    return losses, weights


def check_forward(model: Model, logits: Tensor) -> None:
    """Compares the equations with the ONNX project's evaluator."""
    reference = evaluate(evaluator(model.model_path), model.inputs[0])[model.graph.outputs[0].name]
    error = np.linalg.norm(logits.numpy() - reference) / np.linalg.norm(reference)
    assert error < 1e-10, f"relative error {error:.1e} between the equations and the ONNX evaluator"


def check_differences(model: Model, weights: Weights, found: Weights) -> None:
    """Compares gradients with central differences of the loss, computed by the ONNX evaluator.

    For a small network at single coordinates of every parameter. For a large one, of which every evaluation takes a
    second, along directions in which all parameters move at once, each by a random amount: a wrong gradient of any
    parameter then gives a wrong derivative.
    """
    reference = evaluator(model.model_path)
    random = np.random.default_rng(0)
    for name, direction in directions(model, found, random):
        step, agreement = (STEP, AGREEMENT) if len(direction) == 1 else (FULL_STEP, FULL_AGREEMENT)
        derivative = central_difference(model, reference, weights, direction, step)
        claimed = sum(float((found[each].numpy() * part).sum()) for each, part in direction.items())
        error = abs(derivative - claimed) / max(abs(claimed), 1e-3)
        assert error < agreement, (
            f"{name}: derivative {claimed} by autograd, {derivative} by central differences"
        )


def directions(
    model: Model, found: Weights, random: np.random.Generator
) -> Iterator[tuple[str, dict[str, Array]]]:
    """Directions by parameter, each with a name for error messages."""
    names = model.graph.parameters
    if sum(found[name].numel() for name in names) > LARGE:
        for number in range(FULL_DIRECTIONS):
            # With the signs of the gradient nothing cancels. A random half of the coordinates does not move.
            yield (
                f"direction {number}",
                {name: full_direction(found[name].numpy(), random) for name in names},
            )
        return
    for name in names:
        trainable = np.flatnonzero(found[name].numpy())
        for index in random.choice(trainable, min(CHECKED_COORDINATES, len(trainable)), replace=False):
            unit = np.zeros(found[name].shape)
            unit.reshape(-1)[index] = 1
            yield f"{name}[{index}]", {name: unit}


def full_direction(gradient: Array, random: np.random.Generator) -> Array:
    """A direction of length 1, so that the weight of a parameter does not depend on its size."""
    part = np.sign(gradient) * random.integers(0, 2, gradient.shape)
    length = np.linalg.norm(part)
    return part / length if length > 0 else part


def central_difference(
    model: Model, reference: ReferenceEvaluator, weights: Weights, direction: dict[str, Array], step: float
) -> float:
    def loss_at(offset: float) -> float:
        for name, part in direction.items():
            reference.rt_inits_[name] = weights[name].numpy() + offset * part
        return loss_of(model, reference, 0)

    difference = (loss_at(step) - loss_at(-step)) / (2 * step)
    for name in direction:
        reference.rt_inits_[name] = weights[name].numpy()
    return difference

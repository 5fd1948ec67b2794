"""Expected losses, gradients and weights: PyTorch float64 autograd on written-out equations, cross-checked.

The optimiser is that of model/workload.ts, written out too: see updates.py.
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
from .updates import Updates

Array = npt.NDArray[Any]
Weights = dict[str, Tensor]

# Coordinates of each parameter whose derivative is checked by central differences, and how well it must agree.
CHECKED_COORDINATES = 4
STEP = 1e-6
# Where all weights move, some of a million activations pass their kink: the shorter the step, the fewer.
WHOLE_STEP = 1e-8
AGREEMENT = 1e-5
# Weights from which on a network is checked along whole directions, and how many of those.
LARGE = 100_000
WHOLE_DIRECTIONS = 2


def expected_training(model: Model) -> dict[str, Array]:
    """`output/0/<logits>`, `losses`, `gradient/<parameter>`, `weight/<parameter>`; AssertionError if checks fail."""
    training = model.manifest.training
    if training is None:
        raise ValueError("this artefact is not one for training")
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
    """Logits, mean loss and its gradient by parameter at those weights."""
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
    """The loss of model/workload.ts that the model is trained with."""
    if model.manifest.training is None:
        raise ValueError("this artefact is not one for training")
    labels = torch.from_numpy(batch["labels"].astype(np.int64))
    chosen = outputs.gather(-1, labels[..., None])[..., 0]
    if model.manifest.training.loss == "huber":
        size = chosen.abs()
        return torch.where(size <= 1, size**2 / 2, size - 0.5).mean()
    surprise = torch.logsumexp(outputs, dim=-1) - chosen
    return (surprise * torch.from_numpy(widen(batch.get("advantages", np.ones((), np.float32))))).mean()


def gradient_of(tensor: Tensor) -> Tensor:
    if tensor.grad is None:
        raise ValueError("a parameter does not take part in the loss")
    return tensor.grad


def freeze(model: Model, name: str, gradient: Tensor) -> Tensor:
    """Zero where training updates nothing of the parameter."""
    trained = model.graph.trainable(name)
    result = torch.zeros_like(gradient)
    result[trained] = gradient[trained]
    return result


def train(model: Model, training: Training, weights: Weights) -> tuple[list[float], Weights]:
    """Losses before each update, and the weights after all of them."""
    weights = dict(weights)
    updates = Updates(training.optimiser)
    losses = []
    for step in range(training.steps):
        _, loss, found = gradients(model, weights, step % model.manifest.buffers)
        losses.append(loss)
        updates.apply(weights, found)
    return losses, weights


def check_forward(model: Model, logits: Tensor) -> None:
    """The equations against the ONNX project's evaluator."""
    reference = evaluate(evaluator(model.model_path), model.inputs[0])[model.graph.outputs[0].name]
    error = np.linalg.norm(logits.numpy() - reference) / np.linalg.norm(reference)
    assert error < 1e-10, f"the equations and the ONNX evaluator differ by {error:.1e}"


def check_differences(model: Model, weights: Weights, found: Weights) -> None:
    """Derivatives against central differences of the loss that the ONNX evaluator gives.

    Of a small network at single coordinates of every parameter. Of a large one, whose every evaluation takes a second,
    along directions in which all parameters move at once, each by its own random part of the way: a wrong gradient of
    any of them is then a wrong derivative.
    """
    reference = evaluator(model.model_path)
    random = np.random.default_rng(0)
    for name, direction in directions(model, found, random):
        step = STEP if len(direction) == 1 else WHOLE_STEP
        derivative = central_difference(model, reference, weights, direction, step)
        claimed = sum(float((found[each].numpy() * part).sum()) for each, part in direction.items())
        error = abs(derivative - claimed) / max(abs(claimed), 1e-3)
        assert error < AGREEMENT, f"{name}: {claimed} claimed, {derivative} by differences"


def directions(
    model: Model, found: Weights, random: np.random.Generator
) -> Iterator[tuple[str, dict[str, Array]]]:
    """What is moved, with its name for a message."""
    names = model.graph.parameters
    if sum(found[name].numel() for name in names) > LARGE:
        for number in range(WHOLE_DIRECTIONS):
            # Along the gradient's own signs nothing cancels; half of the coordinates stay, drawn anew.
            yield (
                f"direction {number}",
                {name: whole_direction(found[name].numpy(), random) for name in names},
            )
        return
    for name in names:
        trainable = np.flatnonzero(found[name].numpy())
        for index in random.choice(trainable, min(CHECKED_COORDINATES, len(trainable)), replace=False):
            unit = np.zeros(found[name].shape)
            unit.reshape(-1)[index] = 1
            yield f"{name}[{index}]", {name: unit}


def whole_direction(gradient: Array, random: np.random.Generator) -> Array:
    """Of length 1, so that every parameter counts alike whatever its size."""
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

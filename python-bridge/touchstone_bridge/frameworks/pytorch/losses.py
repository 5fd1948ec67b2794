"""The losses of model/workload.ts. Each takes the graph's output and what a batch has beside its inputs."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as functional

from ...artefact import Model
from ...loss_inputs import loss_inputs_of, loss_name

Loss = Callable[..., torch.Tensor]


def loss_of(model: Model) -> Loss:
    kind = loss_name(model)
    if kind == "policy-gradient":
        return policy_gradient
    if kind == "huber":
        return huber
    return functional.cross_entropy if model.inputs[0]["labels"].ndim == 1 else cross_entropy_of_steps


def native_targets(model: Model) -> list[tuple[torch.Tensor, ...]]:
    """One entry a buffer; class numbers are of 64 bits."""
    return [
        (torch.tensor(labels, dtype=torch.int64), *map(torch.from_numpy, rest))
        for labels, *rest in loss_inputs_of(model)
    ]


def cross_entropy_of_steps(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """`cross_entropy` wants the classes as the second axis: a row for each label."""
    return functional.cross_entropy(logits.flatten(0, -2), labels.flatten())


def policy_gradient(logits: torch.Tensor, actions: torch.Tensor, advantages: torch.Tensor) -> torch.Tensor:
    return (advantages * functional.cross_entropy(logits, actions, reduction="none")).mean()


def huber(errors: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    chosen = errors.gather(-1, actions[..., None])
    return functional.huber_loss(chosen, torch.zeros_like(chosen))

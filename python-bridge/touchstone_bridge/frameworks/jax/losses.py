"""The losses of model/workload.ts. Each takes the graph's output and what a batch has beside its inputs."""

from __future__ import annotations

from typing import Callable, Dict

import jax
import jax.numpy as jnp

from ...artefact import Model
from ...loss_inputs import loss_name
from .operations import Tensor

Loss = Callable[..., Tensor]


def loss_of(model: Model) -> Loss:
    return LOSSES[loss_name(model)]


def softmax_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    return -jnp.mean(chosen(jax.nn.log_softmax(logits), labels))


def policy_gradient(logits: Tensor, actions: Tensor, advantages: Tensor) -> Tensor:
    return -jnp.mean(advantages * chosen(jax.nn.log_softmax(logits), actions))


def huber(errors: Tensor, actions: Tensor) -> Tensor:
    size = jnp.abs(chosen(errors, actions))
    return jnp.mean(jnp.where(size <= 1, size**2 / 2, size - 0.5))


def chosen(outputs: Tensor, labels: Tensor) -> Tensor:
    return jnp.take_along_axis(outputs, labels[..., None], axis=-1)[..., 0]


LOSSES: Dict[str, Loss] = {
    "softmax-cross-entropy": softmax_cross_entropy,
    "policy-gradient": policy_gradient,
    "huber": huber,
}

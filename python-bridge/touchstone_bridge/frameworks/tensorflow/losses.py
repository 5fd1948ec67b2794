"""The losses of model/workload.ts. Each takes the graph's output and what a batch has beside its inputs."""

from __future__ import annotations

from typing import Callable, Dict

import tensorflow as tf

from ...artefact import Model
from ...loss_inputs import loss_name
from .operations import Tensor

Loss = Callable[..., Tensor]


def loss_of(model: Model) -> Loss:
    return LOSSES[loss_name(model)]


def softmax_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    return tf.reduce_mean(surprises(logits, labels))


def policy_gradient(logits: Tensor, actions: Tensor, advantages: Tensor) -> Tensor:
    return tf.reduce_mean(advantages * surprises(logits, actions))


def huber(errors: Tensor, actions: Tensor) -> Tensor:
    chosen = tf.gather(errors, actions[..., None], batch_dims=len(actions.shape))
    return tf.reduce_mean(tf.keras.losses.huber(tf.zeros_like(chosen), chosen))


def surprises(logits: Tensor, labels: Tensor) -> Tensor:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)


LOSSES: Dict[str, Loss] = {
    "softmax-cross-entropy": softmax_cross_entropy,
    "policy-gradient": policy_gradient,
    "huber": huber,
}

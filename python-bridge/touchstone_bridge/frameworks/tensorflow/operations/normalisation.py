"""Normalisations, channels last."""

from __future__ import annotations

from typing import Mapping, Sequence, Tuple

import tensorflow as tf

from .call import Call, Settings, Tensor


def batch_normalisation(
    settings: Settings, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor
) -> Tensor:
    statistics = [mean, variance, bias, scale]
    if settings["axis"] != len(x.shape) - 1:
        shape = [-1 if each == settings["axis"] else 1 for each in range(len(x.shape))]
        statistics = [tf.reshape(each, shape) for each in statistics]
    return tf.nn.batch_normalization(x, *statistics, settings["epsilon"])


def training_batch_normalisation(
    settings: Settings, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor
) -> Tuple[Tensor, ...]:
    """With the statistics of the batch; the running ones that follow from them are further results.

    TensorFlow has one operation for images, and parts for the rest.
    """
    axis, epsilon, momentum = settings["axis"], settings["epsilon"], settings["momentum"]
    if len(x.shape) == 4 and axis == 3:
        y, *running = tf.compat.v1.nn.fused_batch_norm(
            x, scale, bias, mean, variance, epsilon, exponential_avg_factor=1 - momentum
        )
        return (y, *running)
    own = tf.nn.moments(x, [each for each in range(len(x.shape)) if each != axis])
    y = batch_normalisation(settings, x, scale, bias, *own)
    return (y, *(momentum * kept + (1 - momentum) * new for kept, new in zip((mean, variance), own)))


def standardised(settings: Settings, x: Tensor, axes: Sequence[int], *factors: Tensor) -> Tensor:
    """By its own mean and variance; `factors` are a bias and a scale."""
    mean, variance = tf.nn.moments(x, axes, keepdims=True)
    bias, scale = factors if factors else (None, None)
    return tf.nn.batch_normalization(x, mean, variance, bias, scale, settings["epsilon"])


def layer_normalisation(settings: Settings, x: Tensor, scale: Tensor, *bias: Tensor) -> Tensor:
    return standardised(settings, x, settings["axes"], bias[0] if bias else None, scale)


def instance_normalisation(settings: Settings, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    return standardised(settings, x, range(1, len(x.shape) - 1), bias, scale)


def group_normalisation(settings: Settings, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    groups = settings["groups"]
    apart = tf.reshape(x, [x.shape[0], -1, groups, x.shape[-1] // groups])
    factors = [tf.reshape(each, [1, 1, groups, -1]) for each in (bias, scale)]
    return tf.reshape(standardised(settings, apart, [1, 3], *factors), x.shape)


def local_response_normalisation(settings: Settings, x: Tensor) -> Tensor:
    """Along the last axis of four; its alpha is that of each neighbour."""
    flat = x if len(x.shape) == 4 else tf.reshape(x, [1, 1, -1, x.shape[-1]])
    found = tf.nn.local_response_normalization(
        flat,
        settings["size"] // 2,
        settings["bias"],
        settings["alpha"] / settings["size"],
        settings["beta"],
    )
    return tf.reshape(found, x.shape)


NORMALISATION: Mapping[str, Call] = {
    "BatchNormalization": batch_normalisation,
    "TrainingBatchNormalization": training_batch_normalisation,
    "LayerNormalization": layer_normalisation,
    "InstanceNormalization": instance_normalisation,
    "GroupNormalization": group_normalisation,
    "LRN": local_response_normalisation,
}

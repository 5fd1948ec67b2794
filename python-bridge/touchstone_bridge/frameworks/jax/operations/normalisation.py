"""Normalisations, channels last."""

from __future__ import annotations

from math import floor
from typing import Mapping, Sequence, Tuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from .call import Call, Settings, Tensor


def batch_normalisation(settings: Settings, x: Tensor, *statistics: Tensor) -> Tensor:
    shape = [-1 if each == settings["axis"] else 1 for each in range(x.ndim)]
    scale, bias, mean, variance = [each.reshape(shape) for each in statistics]
    return (x - mean) * (lax.rsqrt(variance + settings["epsilon"]) * scale) + bias


def training_batch_normalisation(settings: Settings, x: Tensor, *statistics: Tensor) -> Tuple[Tensor, ...]:
    """With the statistics of the batch; the running ones that follow from them are further results."""
    axis, momentum = settings["axis"], settings["momentum"]
    scale, bias, mean, variance = statistics
    axes = tuple(each for each in range(x.ndim) if each != axis)
    own_mean, own_variance = jnp.mean(x, axes), jnp.var(x, axes)
    y = batch_normalisation(settings, x, scale, bias, own_mean, own_variance)
    running = [
        momentum * kept + (1 - momentum) * own for kept, own in ((mean, own_mean), (variance, own_variance))
    ]
    return (y, *running)


def standardised(x: Tensor, axes: Sequence[int], epsilon: float) -> Tensor:
    mean = jnp.mean(x, tuple(axes), keepdims=True)
    variance = jnp.var(x, tuple(axes), keepdims=True)
    return (x - mean) * lax.rsqrt(variance + epsilon)


def layer_normalisation(settings: Settings, x: Tensor, scale: Tensor, *bias: Tensor) -> Tensor:
    y = standardised(x, settings["axes"], settings["epsilon"]) * scale
    return y + bias[0] if bias else y


def instance_normalisation(settings: Settings, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    return standardised(x, range(1, x.ndim - 1), settings["epsilon"]) * scale + bias


def group_normalisation(settings: Settings, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    apart = x.reshape(*x.shape[:-1], settings["groups"], -1)
    axes = [*range(1, x.ndim - 1), x.ndim]
    return standardised(apart, axes, settings["epsilon"]).reshape(x.shape) * scale + bias


def local_response_normalisation(settings: Settings, x: Tensor) -> Tensor:
    axis, size = settings["axis"], settings["size"]
    before = floor((size - 1) / 2)
    sides = [(before, size - 1 - before) if each == axis else (0, 0) for each in range(x.ndim)]
    window = [size if each == axis else 1 for each in range(x.ndim)]
    squares = lax.reduce_window(x * x, np.zeros((), x.dtype), lax.add, window, [1] * x.ndim, sides)
    return x / (settings["bias"] + settings["alpha"] / size * squares) ** settings["beta"]


NORMALISATION: Mapping[str, Call] = {
    "BatchNormalization": batch_normalisation,
    "TrainingBatchNormalization": training_batch_normalisation,
    "LayerNormalization": layer_normalisation,
    "InstanceNormalization": instance_normalisation,
    "GroupNormalization": group_normalisation,
    "LRN": local_response_normalisation,
}

"""Normalisations, channels last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

from keras import ops

from .call import Call, Settings, Tensor


def batch_normalisation(
    settings: Settings, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor
) -> Tensor:
    return ops.batch_normalization(
        x, mean, variance, axis=settings["axis"], offset=bias, scale=scale, epsilon=settings["epsilon"]
    )


def training_batch_normalisation(
    settings: Settings, x: Tensor, scale: Tensor, bias: Tensor, *_running: Tensor
) -> Tensor:
    """With the statistics of the batch. Nothing reads the running ones."""
    mean, variance = ops.moments(x, [axis for axis in range(len(x.shape)) if axis != settings["axis"]])
    return batch_normalisation(settings, x, scale, bias, mean, variance)


def layer_normalisation(
    settings: Settings, x: Tensor, scale: Tensor, bias: Optional[Tensor] = None
) -> Tensor:
    return ops.layer_normalization(x, scale, bias, axis=list(settings["axes"]), epsilon=settings["epsilon"])


def standardised(settings: Settings, x: Tensor, axes: Sequence[int]) -> Tensor:
    """By its own mean and variance."""
    mean, variance = ops.moments(x, list(axes), keepdims=True)
    return (x - mean) * ops.rsqrt(variance + settings["epsilon"])


def instance_normalisation(settings: Settings, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    return standardised(settings, x, range(1, len(x.shape) - 1)) * scale + bias


def group_normalisation(settings: Settings, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    groups, channels = settings["groups"], x.shape[-1]
    apart = ops.reshape(x, (x.shape[0], -1, groups, channels // groups))
    return ops.reshape(standardised(settings, apart, (1, 3)), x.shape) * scale + bias


NORMALISATION: Mapping[str, Call] = {
    "BatchNormalization": batch_normalisation,
    "TrainingBatchNormalization": training_batch_normalisation,
    "LayerNormalization": layer_normalisation,
    "InstanceNormalization": instance_normalisation,
    "GroupNormalization": group_normalisation,
}

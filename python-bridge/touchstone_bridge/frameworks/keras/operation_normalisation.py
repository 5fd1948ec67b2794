"""Normalisations that Keras has as operations; the plan writes out the others."""

from __future__ import annotations

from typing import Mapping

from keras import ops

from .operation_call import Call, Settings, Tensor


def batch_normalisation(settings: Settings, x: Tensor, *statistics: Tensor) -> Tensor:
    scale, bias, mean, variance = statistics
    return ops.batch_normalization(
        x, mean, variance, axis=settings["axis"], offset=bias, scale=scale, epsilon=settings["epsilon"]
    )


def layer_normalisation(settings: Settings, x: Tensor, scale: Tensor, *bias: Tensor) -> Tensor:
    return ops.layer_normalization(
        x, scale, bias[0] if bias else None, axis=list(settings["axes"]), epsilon=settings["epsilon"]
    )


NORMALISATION: Mapping[str, Call] = {
    "BatchNormalization": batch_normalisation,
    "LayerNormalization": layer_normalisation,
}

"""Normalisations, channels first."""

from __future__ import annotations

from typing import Any, Dict

import numpy
from mxnet import symbol

from ..builder import Build, Step, Symbol, legacy

np, npx = symbol.np, symbol.npx


def batch_normalisation(step: Step) -> Symbol:
    """By the given statistics, which the layer keeps as its own."""
    mean, variance = map(step.builder.frozen, step.inputs[3:])
    if mean is None or variance is None:
        return by_hand(step)
    return batch_layer(step, mean, variance, use_global_stats=True)


def training_batch_normalisation(step: Step) -> Symbol:
    """By the statistics of the batch, which move the running ones. Nothing reads those: computed ones are left out."""
    shape = step.shapes[1]
    mean, variance = (
        numpy.zeros(shape, step.type) if value is None else value
        for value in map(step.builder.frozen, step.inputs[3:])
    )
    return batch_layer(step, mean, variance, momentum=step.settings["momentum"])


def batch_layer(step: Step, mean: Any, variance: Any, **options: Any) -> Symbol:
    """The kernel updates the statistics, so no other layer has the same.

    With three axes, oneDNN's kernel makes a fourth by a view, which the results of its own convolutions do not allow
    ("Check failed: !is_view"): the axis is added before.
    """
    builder, settings = step.builder, step.settings
    x, *affine = step.operands[:3]
    is_sequence = len(step.shapes[0]) == 3 and settings["axis"] == 1
    normalised = npx.batch_norm(
        np.expand_dims(x, 2) if is_sequence else x,
        *affine,
        builder.parameter(mean),
        builder.parameter(variance),
        axis=settings["axis"],
        eps=settings["epsilon"],
        fix_gamma=False,
        **options,
    )
    return np.squeeze(normalised, 2) if is_sequence else normalised


def by_hand(step: Step) -> Symbol:
    """Statistics that are computed: the layer takes parameters only."""
    x, scale, bias, mean, variance = step.operands
    axis = step.settings["axis"]
    x = np.moveaxis(x, axis, -1)
    factor = np.true_divide(scale, np.sqrt(np.add(variance, step.settings["epsilon"])))
    found = np.add(np.multiply(np.subtract(x, mean), factor), bias)
    return np.moveaxis(found, -1, axis)


def layer_normalisation(step: Step) -> Symbol:
    x, scale, *given = step.operands
    bias = given[0] if given else step.builder.parameter(numpy.zeros(step.shapes[1], step.type))
    return npx.layer_norm(x, scale, bias, axis=-1, eps=step.settings["epsilon"])


def instance_normalisation(step: Step) -> Symbol:
    return legacy(symbol.InstanceNorm, *step.operands, eps=step.settings["epsilon"])


def local_response_normalisation(step: Step) -> Symbol:
    """Along the channels."""
    settings = step.settings
    return legacy(
        symbol.LRN,
        step.x,
        nsize=settings["size"],
        alpha=settings["alpha"],
        beta=settings["beta"],
        knorm=settings["bias"],
    )


NORMALISATION: Dict[str, Build] = {
    "BatchNormalization": batch_normalisation,
    "TrainingBatchNormalization": training_batch_normalisation,
    "LayerNormalization": layer_normalisation,
    "InstanceNormalization": instance_normalisation,
    "LRN": local_response_normalisation,
}

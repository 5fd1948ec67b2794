"""Normalisations, channels first."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as functional
from torch import fx, nn

from ..builder import Build, Step

# By the number of axes.
BATCH_NORMALISATIONS = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}


def batch_normalisation(step: Step) -> fx.Node:
    """By the given statistics. In training a layer would take those of the batch: there it is a function."""
    if not step.builder.training and is_batch_layer(step):
        return batch_layer(step, {})
    x, scale, bias, mean, variance = step.operands
    epsilon = step.settings["epsilon"]
    return step.call(functional.batch_norm, x, mean, variance, scale, bias, training=False, eps=epsilon)


def training_batch_normalisation(step: Step) -> fx.Node:
    """By the statistics of the batch, which move the running ones."""
    # PyTorch's momentum is the share of the new statistics, ONNX's that of the old ones.
    momentum = 1 - step.settings["momentum"]
    if is_batch_layer(step):
        return batch_layer(step, {"momentum": momentum})
    x, scale, bias, mean, variance = step.operands
    epsilon = step.settings["epsilon"]
    return step.call(
        functional.batch_norm, x, mean, variance, scale, bias, training=True, momentum=momentum, eps=epsilon
    )


def is_batch_layer(step: Step) -> bool:
    return len(step.shape) in BATCH_NORMALISATIONS and step.builder.is_constant(*step.inputs[1:])


def batch_layer(step: Step, options: Mapping[str, float]) -> fx.Node:
    builder, (x, scale, bias, mean, variance) = step.builder, step.inputs
    layer = BATCH_NORMALISATIONS[len(step.shape)](
        step.shape[1], eps=step.settings["epsilon"], device="meta", dtype=step.type, **options
    )
    layer.weight, layer.bias = builder.parameter(scale), builder.parameter(bias)
    layer.running_mean, layer.running_var = builder.tensor(mean), builder.tensor(variance)
    layer.num_batches_tracked = torch.tensor(0)
    return builder.layer(layer, builder.value(x))


def layer_normalisation(step: Step) -> fx.Node:
    x, scale, *bias = step.operands
    over = step.builder.shape(step.inputs[1])
    return step.call(
        functional.layer_norm, x, over, scale, bias[0] if bias else None, eps=step.settings["epsilon"]
    )


def instance_normalisation(step: Step) -> fx.Node:
    x, scale, bias = step.operands
    return step.call(functional.instance_norm, x, weight=scale, bias=bias, eps=step.settings["epsilon"])


def group_normalisation(step: Step) -> fx.Node:
    x, scale, bias = step.operands
    return step.call(
        functional.group_norm, x, step.settings["groups"], scale, bias, eps=step.settings["epsilon"]
    )


def local_response_normalisation(step: Step) -> fx.Node:
    """Along the channels."""
    settings = step.settings
    return step.call(
        functional.local_response_norm,
        step.x,
        settings["size"],
        alpha=settings["alpha"],
        beta=settings["beta"],
        k=settings["bias"],
    )


NORMALISATION: dict[str, Build] = {
    "BatchNormalization": batch_normalisation,
    "TrainingBatchNormalization": training_batch_normalisation,
    "LayerNormalization": layer_normalisation,
    "InstanceNormalization": instance_normalisation,
    "GroupNormalization": group_normalisation,
    "LRN": local_response_normalisation,
}

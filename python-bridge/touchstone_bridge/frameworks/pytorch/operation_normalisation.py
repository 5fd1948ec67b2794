"""Normalisations, channels first."""

from __future__ import annotations

import torch.nn.functional as functional
from torch import fx

from .operation_builder import Build, Step


def batch_normalisation(step: Step) -> fx.Node:
    x, scale, bias, mean, variance = step.operands
    return step.call(
        functional.batch_norm, x, mean, variance, scale, bias, training=False, eps=step.settings["epsilon"]
    )


def layer_normalisation(step: Step) -> fx.Node:
    x, scale, *bias = step.operands
    over = step.call(getattr, scale, "shape")
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
    "LayerNormalization": layer_normalisation,
    "InstanceNormalization": instance_normalisation,
    "GroupNormalization": group_normalisation,
    "LRN": local_response_normalisation,
}

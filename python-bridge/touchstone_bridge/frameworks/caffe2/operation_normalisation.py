"""Normalisations. Caffe2's write mean and deviation too, which their gradients read."""

from __future__ import annotations

import numpy as np
from caffe2.python import core

from .operation_builder import Build, Step


def batch(step: Step) -> core.BlobReference:
    return step.call("SpatialBN", step.operands, is_test=1, epsilon=step.number("epsilon"), order="NCHW")


def layer(step: Step) -> core.BlobReference:
    """It has scale and bias both, or neither."""
    operands = step.operands
    if len(operands) == 2:
        operands.append(step.builder.feed(np.zeros(step.shapes[1], np.float32)))
    axis, epsilon = step.settings["axes"][0], step.number("epsilon")
    arguments = {"axis": axis, "epsilon": epsilon, "elementwise_affine": 1}
    return step.builder.operate_several("LayerNorm", operands, 3, **arguments)[0]


def instance(step: Step) -> core.BlobReference:
    arguments = {"epsilon": step.number("epsilon"), "order": "NCHW"}
    return step.builder.operate_several("InstanceNorm", step.operands, 3, **arguments)[0]


def group(step: Step) -> core.BlobReference:
    arguments = {"group": step.settings["groups"], "epsilon": step.number("epsilon"), "order": "NCHW"}
    return step.builder.operate_several("GroupNorm", step.operands, 3, **arguments)[0]


def local_response(step: Step) -> core.BlobReference:
    arguments = {name: step.number(name) for name in ("alpha", "beta", "bias")}
    size = step.settings["size"]
    return step.builder.operate_several("LRN", [step.x], 2, order="NCHW", size=size, **arguments)[0]


NORMALISATION: dict[str, Build] = {
    "BatchNormalization": batch,
    "LayerNormalization": layer,
    "InstanceNormalization": instance,
    "GroupNormalization": group,
    "LRN": local_response,
}

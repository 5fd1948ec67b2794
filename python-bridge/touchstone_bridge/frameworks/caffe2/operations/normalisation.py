"""Normalisations. Caffe2's operators output mean and deviation too, which their gradients read."""

from __future__ import annotations

import numpy as np
from caffe2.python import core

from ..builder import Build, Step


def batch(step: Step) -> core.BlobReference:
    return step.call("SpatialBN", step.operands, is_test=1, epsilon=step.number("epsilon"), order="NCHW")


def batch_in_training(step: Step) -> core.BlobReference:
    """By the statistics of the batch; the running ones are updated in place."""
    builder, operands = step.builder, step.operands
    # It needs an axis behind the channels.
    is_plain = len(step.shapes[0]) == 2
    if is_plain:
        operands[0] = step.call("ExpandDims", operands[:1], dims=[2])
    normalised = builder.fresh("spatialbn")
    # Mean and deviation of the batch are what its gradient reads.
    outputs = [normalised, *operands[3:], builder.fresh("mean"), builder.fresh("deviation")]
    arguments = {"epsilon": step.number("epsilon"), "momentum": step.number("momentum"), "order": "NCHW"}
    builder.net.SpatialBN(operands, outputs, is_test=0, **arguments)
    return step.call("Squeeze", [normalised], dims=[2]) if is_plain else normalised


def layer(step: Step) -> core.BlobReference:
    """It has both scale and bias, or neither: zeros where there is no bias."""
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
    "TrainingBatchNormalization": batch_in_training,
    "LayerNormalization": layer,
    "InstanceNormalization": instance,
    "GroupNormalization": group,
    "LRN": local_response,
}

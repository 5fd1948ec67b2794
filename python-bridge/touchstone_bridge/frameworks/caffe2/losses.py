"""The losses of model/workload.ts, added to a net that ends in its output."""

from __future__ import annotations

from typing import List, Tuple

import numpy as np
from caffe2.python import core
from caffe2.python.model_helper import ModelHelper

from ...artefact import Array, Model
from ...loss_inputs import loss_inputs_of, loss_name


def add_loss(
    helper: ModelHelper, model: Model, output: core.BlobReference
) -> Tuple[core.BlobReference, List[str]]:
    """The loss, and the blobs that `loss_inputs` are fed to."""
    net, kind = helper.net, loss_name(model)
    labels = net.AddExternalInput("labels")
    if kind == "huber":
        return add_huber(helper, output, labels, model.graph.outputs[0].shape[-1]), [str(labels)]
    if kind == "policy-gradient":
        # The weights of `SoftmaxWithLoss` are divided by their sum, which advantages have none of.
        advantages = net.AddExternalInput("advantages")
        surprise = net.LabelCrossEntropy([net.Softmax([output], "softmax", axis=1), labels], "surprise")
        loss = net.AveragedLoss([net.Mul([surprise, advantages], "weighed")], "loss")
        return loss, [str(labels), str(advantages)]
    axis = len(model.graph.outputs[0].shape) - 1
    _, loss = net.SoftmaxWithLoss([output, labels], ["softmax", "loss"], axis=axis)
    return loss, [str(labels)]


def add_huber(
    helper: ModelHelper, output: core.BlobReference, labels: core.BlobReference, classes: int
) -> core.BlobReference:
    """With q = min(|e|, 1) of the chosen error e: q²/2 + |e| − q."""
    net = helper.net
    count = helper.param_init_net.ConstantFill(
        [], "classes", shape=[1], value=classes, dtype=core.DataType.INT64
    )
    rows = net.OneHot([net.Cast([labels], "indices", to=core.DataType.INT64), count], "rows")
    mask = net.StopGradient([net.Cast([rows], "numbers", to=core.DataType.FLOAT)], "mask")
    size = net.Abs(
        [net.ReduceSum([net.Mul([output, mask], "masked")], "error", axes=[1], keepdims=0)], "size"
    )
    inner = net.Clip([size], "inner", min=0.0, max=1.0)
    half = net.Scale([net.Mul([inner, inner], "square")], "half", scale=0.5)
    return net.AveragedLoss([net.Add([half, net.Sub([size, inner], "outer")], "huber")], "loss")


def loss_inputs(model: Model) -> List[List[Array]]:
    """One entry a buffer, in the order of the blobs; class numbers have 32 bits."""
    return [[np.ascontiguousarray(each) for each in targets] for targets in loss_inputs_of(model)]

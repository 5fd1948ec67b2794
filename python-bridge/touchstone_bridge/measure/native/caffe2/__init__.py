"""The workloads as a Caffe2 user writes them by hand: `brew` helpers and `rnn_cell`, as in its own MNIST and ResNet."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import numpy as np
from caffe2.python import brew, model_helper, optimizer, workspace

from ....artefact import Array, Model
from .. import net_for
from ..recipe import Recipe, recipe
from .attention import attention_cnn
from .layers import lenet5
from .recurrent import row_lstm, text_gru
from .resnet import resnet18

# Adds the layers from the blob "data" to the logits; returns those, and the arrays of the blobs by their names.
AddNet = Callable[[Any, Recipe, int], "tuple[Any, Mapping[str, Array]]"]

nets: Mapping[str, AddNet] = {
    "lenet5": lenet5,
    "row-lstm": row_lstm,
    "resnet18": resnet18,
    "attention-cnn": attention_cnn,
    "text-gru": text_gru,
}

DIFFERENCES = {
    (
        "lenet5",
        "training",
    ): "the hand-written gradient is another: Caffe2's MaxPool gives it to all of equal maxima",
}


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=False)
    add = net_for(given.workload, nets)
    workspace.FeedBlob("data", given.inputs[0])
    net = model_helper.ModelHelper(name="native", arg_scope={"order": "NCHW"})
    logits, weights = add(net, given, threads)
    if given.optimiser is None:
        output = brew.softmax(net, logits, "probabilities")
    else:
        workspace.FeedBlob("labels", given.labels[0])
        _, output = net.net.SoftmaxWithLoss([logits, "labels"], ["probabilities", "loss"])
        net.AddGradientOperators([output])
        optimizer.build_sgd(
            net,
            given.optimiser.learning_rate,
            policy="fixed",
            momentum=given.optimiser.momentum,
            nesterov=False,
        )
    workspace.RunNetOnce(net.param_init_net)
    for blob, array in weights.items():
        workspace.FeedBlob(blob, np.ascontiguousarray(array))
    workspace.CreateNet(net.net)
    name = net.net.Name()

    def run(buffer: int) -> Any:
        workspace.FeedBlob("data", given.inputs[buffer])
        if given.trains:
            workspace.FeedBlob("labels", given.labels[buffer])
        workspace.RunNet(name)
        return workspace.FetchBlob(output)

    return run

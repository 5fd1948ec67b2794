"""The workloads as a Caffe2 user writes them by hand: `brew` helpers and `rnn_cell.LSTM`, as in its MNIST tutorial."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from caffe2.python import brew, model_helper, optimizer, recurrent, rnn_cell, workspace

from ...artefact import Model
from .recipe import recipe


def lenet5(model: Any) -> Any:
    brew.conv(model, "data", "conv1", dim_in=1, dim_out=6, kernel=5, pad=2)
    brew.max_pool(model, brew.relu(model, "conv1", "relu1"), "pool1", kernel=2, stride=2)
    brew.conv(model, "pool1", "conv2", dim_in=6, dim_out=16, kernel=5)
    brew.max_pool(model, brew.relu(model, "conv2", "relu2"), "pool2", kernel=2, stride=2)
    brew.fc(model, "pool2", "fc1", dim_in=400, dim_out=120)
    brew.fc(model, brew.relu(model, "fc1", "relu3"), "fc2", dim_in=120, dim_out=84)
    return brew.fc(model, brew.relu(model, "fc2", "relu4"), "fc3", dim_in=84, dim_out=10)


def row_lstm(model: Any, batch: int, threads: int, trains: bool) -> Any:
    workspace.FeedBlob("zeros", np.zeros((1, batch, 128), np.float32))
    rows = model.net.Transpose("data", "rows", axes=[1, 0, 2])
    _, last, _, _ = rnn_cell.LSTM(
        *(model, rows, None, ("zeros", "zeros"), 28, 128, "lstm"),
        outputs_with_grads=[1],
        forward_only=not trains,
    )
    for operator in model.net.Proto().op:
        if operator.type == "RecurrentNetwork":
            recurrent.set_rnn_executor_config(operator, num_threads=threads)
    # One trainable bias a gate, as the workload defines it.
    model.params[:] = [blob for blob in model.params if str(blob) != "lstm/gates_t_b"]
    return brew.fc(model, model.net.Squeeze(last, "hidden", dims=[0]), "fc", dim_in=128, dim_out=10)


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=False)
    workspace.FeedBlob("data", given.inputs[0])
    net = model_helper.ModelHelper(name="native", arg_scope={"order": "NCHW"})
    batch = given.inputs[0].shape[0]
    logits = lenet5(net) if given.workload == "lenet5" else row_lstm(net, batch, threads, given.trains)
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
    workspace.CreateNet(net.net)
    name = net.net.Name()

    def run(buffer: int) -> Any:
        workspace.FeedBlob("data", given.inputs[buffer])
        if given.trains:
            workspace.FeedBlob("labels", given.labels[buffer])
        workspace.RunNet(name)
        return workspace.FetchBlob(output)

    return run

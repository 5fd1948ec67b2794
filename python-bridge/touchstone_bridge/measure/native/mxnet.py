"""The workloads as a Gluon user writes them by hand: `gluon.nn` layers and `gluon.rnn.LSTM`, hybridised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mxnet as mx
from mxnet import autograd, gluon
from mxnet.gluon import nn, rnn

from ...artefact import Model
from .recipe import recipe


def lenet5() -> Any:
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 5, padding=2, activation="relu"), nn.MaxPool2D(2, 2))
    net.add(nn.Conv2D(16, 5, activation="relu"), nn.MaxPool2D(2, 2), nn.Flatten())
    net.add(nn.Dense(120, activation="relu"), nn.Dense(84, activation="relu"), nn.Dense(10))
    return net


class RowLstm(gluon.HybridBlock):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = rnn.LSTM(128, layout="NTC")
        self.head = nn.Dense(10)

    def hybrid_forward(self, F: Any, rows: Any) -> Any:
        return self.head(F.slice_axis(self.lstm(rows), axis=1, begin=-1, end=None).reshape((0, -1)))


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=False)
    inputs = [mx.nd.array(array) for array in given.inputs]
    net = lenet5() if given.workload == "lenet5" else RowLstm()
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    if given.optimiser is None:
        return lambda buffer: mx.nd.softmax(net(inputs[buffer])).asnumpy()
    labels = [mx.nd.array(array) for array in given.labels]
    criterion = gluon.loss.SoftmaxCrossEntropyLoss()
    criterion.hybridize(static_alloc=True, static_shape=True)
    settings = {"learning_rate": given.optimiser.learning_rate, "momentum": given.optimiser.momentum}
    trainer = gluon.Trainer(net.collect_params(), "sgd", settings, kvstore=None)
    batch = len(given.labels[0])

    def step(buffer: int) -> float:
        with autograd.record():
            losses = criterion(net(inputs[buffer]), labels[buffer])
        losses.backward()
        trainer.step(batch)
        return float(losses.mean().asscalar())

    return step

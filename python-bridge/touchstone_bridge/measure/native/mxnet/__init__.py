"""The workloads as a Gluon user writes them by hand: blocks of `gluon.nn` and `gluon.rnn`, hybridised."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import mxnet as mx
from mxnet import autograd, gluon

from ....artefact import Model
from .. import net_for
from ..recipe import Recipe, recipe
from .attention import AttentionCnn
from .layers import Block, LeNet5, RowLstm, TextGru
from .resnet import ResNet18

nets: Mapping[str, Callable[[Recipe], Block]] = {
    "lenet5": LeNet5,
    "row-lstm": RowLstm,
    "resnet18": ResNet18,
    "attention-cnn": AttentionCnn,
    "text-gru": TextGru,
}
STATIC = {"static_alloc": True, "static_shape": True}


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=False)
    inputs = [mx.nd.array(array, dtype=array.dtype) for array in given.inputs]
    net = net_for(given.workload, nets)(given)
    net.initialize()
    # Shapes are known after a first call.
    net(inputs[0])
    for block, arrays in net.weights(given.weights):
        for name, array in arrays.items():
            getattr(block, name).set_data(mx.nd.array(array))
    net.hybridize(**STATIC)
    if given.optimiser is None:
        return lambda buffer: mx.nd.softmax(net(inputs[buffer])).asnumpy()
    labels = [mx.nd.array(array) for array in given.labels]
    criterion = gluon.loss.SoftmaxCrossEntropyLoss()
    criterion.hybridize(**STATIC)
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

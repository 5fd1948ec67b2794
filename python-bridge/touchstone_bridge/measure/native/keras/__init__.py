"""The workloads as a Keras user writes them by hand: Sequential and functional models, as in its guides."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import keras

from ....artefact import Model
from .. import net_for
from ..recipe import Recipe, recipe
from .attention import attention_cnn
from .layers import lenet5, row_lstm, text_gru
from .resnet import resnet18

nets: Mapping[str, Callable[[Recipe], keras.Model]] = {
    "lenet5": lenet5,
    "row-lstm": row_lstm,
    "resnet18": resnet18,
    "attention-cnn": attention_cnn,
    "text-gru": text_gru,
}


def net_of(given: Recipe) -> keras.Model:
    """Ends in probabilities in inference, in logits in training."""
    return net_for(given.workload, nets)(given)


def build(model: Model, target: str, threads: int) -> Callable[[int], Any]:
    given = recipe(model, channels_last=True)
    net = net_of(given)
    if given.optimiser is None:
        return lambda buffer: net.predict_on_batch(given.inputs[buffer])
    net.compile(
        optimizer=keras.optimizers.SGD(given.optimiser.learning_rate, momentum=given.optimiser.momentum),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )

    def step(buffer: int) -> float:
        net.reset_metrics()
        return float(net.train_on_batch(given.inputs[buffer], given.labels[buffer]))

    return step

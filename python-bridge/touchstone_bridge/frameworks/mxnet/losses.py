"""The losses of model/workload.ts: of an output and what a batch has beside its inputs, a value for each example."""

from __future__ import annotations

from typing import Any, List

import numpy as np
from mxnet import gluon

from ...artefact import Array, Model
from ...loss_inputs import loss_inputs_of, loss_name

# With more, the own kernel of `log_softmax` takes twice the time of oneDNN's, and 4e-6 of a loss is nothing.
FEW_CLASSES = 1024


def loss_of(model: Model) -> gluon.loss.Loss:
    kind = loss_name(model)
    if kind == "huber":
        return ChosenHuber()
    few = kind == "policy-gradient" or model.graph.outputs[0].shape[-1] <= FEW_CLASSES
    return PreciseCrossEntropy() if few else gluon.loss.SoftmaxCrossEntropyLoss()


def operands_of(model: Model) -> List[List[Array]]:
    """One entry a buffer: class numbers as floats, as `pick` takes them, and weights of the examples."""
    return [
        [
            np.asarray(labels, np.float32),
            # In the shape of the losses that they multiply.
            *(each[..., None, None] for each in rest),
        ]
        for labels, *rest in loss_inputs_of(model)
    ]


class PreciseCrossEntropy(gluon.loss.SoftmaxCrossEntropyLoss):
    """By MXNet's own `log_softmax`, whose axis is not the last one, which is left to oneDNN.

    That of oneDNN errs by up to 4e-6 (MXNet 1.9.1), and the losses of few classes are small.
    """

    def __init__(self) -> None:
        super().__init__(axis=-2)

    def hybrid_forward(self, F: Any, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        columns = F.expand_dims(pred, axis=-1), F.expand_dims(label, axis=-1)
        return super().hybrid_forward(F, *columns, sample_weight)


class ChosenHuber(gluon.loss.HuberLoss):
    """Of the error that is chosen."""

    def hybrid_forward(self, F: Any, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        chosen = F.pick(pred, label, axis=-1, keepdims=True)
        return super().hybrid_forward(F, chosen, F.zeros_like(chosen), sample_weight)

"""The timed paths of MXNet: a hybridised Gluon block with static allocation, as its documentation advises."""

from __future__ import annotations

from typing import Any, List, Sequence

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon

from ...artefact import Adam, Array, Model, Optimiser, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from .network import Network

# With more, the own kernel of `log_softmax` takes twice the time of oneDNN's, and 4e-6 of a loss is nothing.
FEW_CLASSES = 1024


class MxnetInference:
    """Inputs are NDArrays on the CPU; an output is on the host when `asnumpy` has waited for it."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self._network = Network(model, training=False)
        self._inputs = self._network.inputs(model)

    def run(self, buffer: int) -> List[Array]:
        with self._network.semantics():
            output = self._network.block(*self._inputs[buffer])
        return [value.asnumpy() for value in (output if isinstance(output, (list, tuple)) else [output])]

    def read(self, output: Sequence[Array]) -> Tensors:
        return self._network.named(output)

    def dispose(self) -> None:
        del self._network, self._inputs


class PreciseCrossEntropy(gluon.loss.SoftmaxCrossEntropyLoss):
    """By MXNet's own `log_softmax`, whose axis is not the last one, which is left to oneDNN.

    That of oneDNN errs by up to 4e-6 (MXNet 1.9.1), and the losses of few classes are small.
    """

    def __init__(self) -> None:
        super().__init__(axis=-2)

    def hybrid_forward(self, F: Any, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        expand = F.np.expand_dims if mx.util.is_np_array() else F.expand_dims
        return super().hybrid_forward(F, expand(pred, axis=-1), expand(label, axis=-1), sample_weight)


class MxnetTraining:
    """`autograd.record`, `SoftmaxCrossEntropyLoss` and `gluon.Trainer`, as in its tutorial.

    Its momentum is v ← momentum·v − rate·g, w ← w + v: with a constant rate the same weights as those of
    suites/workload.ts, whose v is MXNet's over −rate. The trainer divides the sum of the gradients by the batch.
    """

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None or len(model.graph.outputs) != 1:
            raise UnsupportedError("training needs an optimiser and a graph whose only output is the logits")
        self._recipe = model.manifest.training.optimiser
        self._network = Network(model, training=True)
        self._inputs = self._network.inputs(model)
        with self._network.semantics():
            labels = [np.asarray(tensors["labels"], np.float32) for tensors in model.inputs]
            self._labels = [self._network.native(each) for each in labels]
        self._batch = len(self._labels[0])
        few = model.graph.outputs[0].shape[-1] <= FEW_CLASSES
        self._loss = PreciseCrossEntropy() if few else gluon.loss.SoftmaxCrossEntropyLoss()
        self._loss.hybridize(static_alloc=True, static_shape=True)
        self._trainer = self._new_trainer()

    def step(self, buffer: int) -> float:
        with self._network.semantics():
            with autograd.record():
                losses = self._loss(self._network.block(*self._inputs[buffer]), self._labels[buffer])
            losses.backward()
            self._trainer.step(self._batch)
            return float(losses.mean().asnumpy())

    def reset(self) -> None:
        self._network.reset()
        self._trainer = self._new_trainer()

    def output(self, buffer: int) -> Tensors:
        # As in a step, where normalisation is by the batch's own statistics.
        with self._network.semantics(), autograd.train_mode():
            return self._network.named([self._network.block(*self._inputs[buffer]).asnumpy()])

    def gradients(self, buffer: int) -> Tensors:
        with self._network.semantics():
            with autograd.record():
                loss = self._loss(self._network.block(*self._inputs[buffer]), self._labels[buffer]).mean()
            loss.backward()
        return self._network.collect(lambda parameter: parameter.grad())

    def weights(self) -> Tensors:
        return self._network.collect(lambda parameter: parameter.data())

    def dispose(self) -> None:
        del self._network, self._trainer, self._inputs, self._labels

    def _new_trainer(self) -> Any:
        # One device: there is nothing that a key-value store would have to bring together.
        with self._network.semantics():
            return gluon.Trainer(self._network.trained(), optimiser_of(self._recipe), kvstore=None)


def optimiser_of(rule: Optimiser) -> mx.optimizer.Optimizer:
    """Adam adds its epsilon before the second moment is corrected: with one as small as ours that is the same."""
    if isinstance(rule, Adam):
        return mx.optimizer.Adam(rule.learning_rate, rule.beta1, rule.beta2, rule.epsilon)
    return mx.optimizer.SGD(rule.momentum, learning_rate=rule.learning_rate)

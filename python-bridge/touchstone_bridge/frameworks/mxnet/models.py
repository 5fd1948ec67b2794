"""The timed paths of MXNet: a hybridised Gluon block with static allocation, as its documentation advises."""

from __future__ import annotations

from typing import Any, List, Sequence

import mxnet as mx
from mxnet import autograd, gluon

from ...artefact import Adam, Array, Model, Optimiser, RMSProp, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from .losses import loss_of, operands_of
from .network import Network, native


class MxnetInference:
    """Inputs are NDArrays on the CPU; an output is on the host when `asnumpy` has waited for it."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self._network = Network(model)
        self.inputs = self._network.inputs(model)

    def run(self, buffer: int) -> List[Array]:
        with self._network.semantics():
            output = self._network.block(*self.inputs[buffer])
        return [value.asnumpy() for value in (output if isinstance(output, (list, tuple)) else [output])]

    def call(self, inputs: Sequence[Any]) -> List[Any]:
        """NDArrays that are computed: what is fed back need not be copied to the host and back."""
        with self._network.semantics():
            output = self._network.block(*inputs)
        outputs = list(output) if isinstance(output, (list, tuple)) else [output]
        for value in outputs:
            value.wait_to_read()
        return outputs

    def read(self, output: Sequence[Array]) -> Tensors:
        host = [value.asnumpy() if isinstance(value, mx.nd.NDArray) else value for value in output]
        return self._network.named(host)

    def dispose(self) -> None:
        del self._network, self.inputs


class MxnetTraining:
    """`autograd.record`, a loss of `gluon` and `gluon.Trainer`, as in its tutorial.

    Its momentum is v ← momentum·v − rate·g, w ← w + v: with a constant rate the same weights as those of
    model/workload.ts, whose v is MXNet's over −rate. The trainer divides the sum of the gradients by the batch.
    """

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None or len(model.graph.outputs) != 1:
            raise UnsupportedError("training needs an optimiser and a graph whose only output is the logits")
        self._recipe = model.manifest.training.optimiser
        self._network = Network(model)
        self._inputs = self._network.inputs(model)
        self._targets = [[native(each) for each in targets] for targets in operands_of(model)]
        self._batch = len(self._targets[0][0])
        self._loss = loss_of(model)
        self._loss.hybridize(static_alloc=True, static_shape=True)
        self._trainer = self._new_trainer()

    def step(self, buffer: int) -> float:
        with self._network.semantics():
            with autograd.record():
                losses = self._loss(self._network.block(*self._inputs[buffer]), *self._targets[buffer])
            losses.backward()
            self._trainer.step(self._batch)
            return float(losses.mean().asscalar())

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
                loss = self._loss(self._network.block(*self._inputs[buffer]), *self._targets[buffer]).mean()
            loss.backward()
        return self._network.collect(lambda parameter: parameter.grad())

    def weights(self) -> Tensors:
        return self._network.collect(lambda parameter: parameter.data())

    def dispose(self) -> None:
        del self._network, self._trainer, self._inputs, self._targets

    def _new_trainer(self) -> Any:
        # One device: there is nothing that a key-value store would have to bring together.
        return gluon.Trainer(self._network.trained(), optimiser_of(self._recipe), kvstore=None)


def optimiser_of(rule: Optimiser) -> mx.optimizer.Optimizer:
    """Adam adds its epsilon before the second moment is corrected: with one as small as ours that is the same.

    RMSProp adds it inside the root.
    """
    if isinstance(rule, Adam):
        return mx.optimizer.Adam(rule.learning_rate, rule.beta1, rule.beta2, rule.epsilon)
    if isinstance(rule, RMSProp):
        return mx.optimizer.RMSProp(rule.learning_rate, gamma1=rule.decay, epsilon=rule.epsilon_in_root)
    return mx.optimizer.SGD(rule.momentum, learning_rate=rule.learning_rate)

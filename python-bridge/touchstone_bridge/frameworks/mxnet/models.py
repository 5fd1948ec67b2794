"""The timed paths of MXNet: a hybridised Gluon block with static allocation, as its documentation advises."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon

from ...artefact import Adam, Array, Graph, Model, Optimiser, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from .builder import Builder
from .operators import OPERATORS
from .recurrent import lstm

LOWERINGS = {**OPERATORS, "LSTM": lstm}


class Network:
    """The block of a graph. UnsupportedError names the operator or attribute that has none."""

    def __init__(self, graph: Graph, weights: Tensors, training: bool) -> None:
        builder = Builder(graph, weights, training)
        for node in graph.nodes:
            lower = LOWERINGS.get(node.operator)
            if lower is None:
                raise UnsupportedError(f"the MXNet lowering has no operator {node.operator}")
            lower(builder, node)
        self.bindings = builder.bindings
        self.block = gluon.SymbolBlock(builder.outputs(), builder.inputs)
        self.parameters: Dict[str, Any] = self.block.collect_params()
        self._first = builder.parameters
        for name, parameter in self.parameters.items():
            parameter.shape = builder.parameters[name].shape
            parameter.grad_req = "write" if name in builder.trained else "null"
            parameter.initialize(ctx=mx.cpu())
        self.reset()
        self.block.hybridize(static_alloc=True, static_shape=True)

    def reset(self) -> None:
        """The first weights again."""
        for name, parameter in self.parameters.items():
            parameter.set_data(mx.nd.array(self._first[name]))

    def trained(self) -> Dict[str, Any]:
        return {
            name: parameter for name, parameter in self.parameters.items() if parameter.grad_req != "null"
        }

    def collect(self, read: Any) -> Tensors:
        """`read(parameter)` of every trained weight, by ONNX name and in ONNX layout."""
        return {
            binding.name: np.ascontiguousarray(
                binding.assemble([read(self.parameters[name]).asnumpy() for name in binding.parameters])
            )
            for binding in self.bindings
        }


class MxnetInference:
    """Inputs are NDArrays on the CPU; an output is on the host when `asnumpy` has waited for it."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self._graph = model.graph
        self._network = Network(model.graph, model.weights, training=False)
        self._inputs = native_inputs(model)

    def run(self, buffer: int) -> List[Array]:
        output = self._network.block(*self._inputs[buffer])
        return [value.asnumpy() for value in (output if isinstance(output, (list, tuple)) else [output])]

    def read(self, output: Sequence[Array]) -> Tensors:
        return named(self._graph, output)

    def dispose(self) -> None:
        del self._network, self._inputs


class MxnetTraining:
    """`autograd.record`, `SoftmaxCrossEntropyLoss` and `gluon.Trainer`, as in its tutorial.

    Its momentum is v ← momentum·v − rate·g, w ← w + v: with a constant rate the same weights as those of
    suites/workload.ts, whose v is MXNet's over −rate. The trainer divides the sum of the gradients by the batch.
    """

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None or len(model.graph.outputs) != 1:
            raise UnsupportedError("training needs an optimiser and a graph whose only output is the logits")
        self._graph = model.graph
        self._recipe = model.manifest.training.optimiser
        self._network = Network(model.graph, model.weights, training=True)
        self._inputs = native_inputs(model)
        self._labels = [mx.nd.array(tensors["labels"]) for tensors in model.inputs]
        self._batch = len(self._labels[0])
        self._loss = gluon.loss.SoftmaxCrossEntropyLoss()
        self._loss.hybridize(static_alloc=True, static_shape=True)
        self._trainer = self._new_trainer()

    def step(self, buffer: int) -> float:
        with autograd.record():
            losses = self._loss(self._network.block(*self._inputs[buffer]), self._labels[buffer])
        losses.backward()
        self._trainer.step(self._batch)
        return float(losses.mean().asscalar())

    def reset(self) -> None:
        self._network.reset()
        self._trainer = self._new_trainer()

    def output(self, buffer: int) -> Tensors:
        # As in a step, where normalisation is by the batch's own statistics.
        with autograd.train_mode():
            return named(self._graph, [self._network.block(*self._inputs[buffer]).asnumpy()])

    def gradients(self, buffer: int) -> Tensors:
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
        return gluon.Trainer(self._network.trained(), optimiser_of(self._recipe), kvstore=None)


def optimiser_of(rule: Optimiser) -> mx.optimizer.Optimizer:
    """Adam adds its epsilon before the second moment is corrected: with one as small as ours that is the same."""
    if isinstance(rule, Adam):
        return mx.optimizer.Adam(rule.learning_rate, rule.beta1, rule.beta2, rule.epsilon)
    return mx.optimizer.SGD(rule.momentum, learning_rate=rule.learning_rate)


def native_inputs(model: Model) -> List[List[Any]]:
    """One list a buffer, in the order of the graph's inputs."""
    return [[mx.nd.array(tensors[info.name]) for info in model.graph.inputs] for tensors in model.inputs]


def named(graph: Graph, outputs: Sequence[Array]) -> Tensors:
    """By ONNX name."""
    return {info.name: np.asarray(value).reshape(info.shape) for info, value in zip(graph.outputs, outputs)}

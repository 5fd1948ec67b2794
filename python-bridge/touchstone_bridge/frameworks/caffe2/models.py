"""The timed paths of Caffe2: nets that are made once and run by `RunNet`, blobs fed and fetched as NumPy arrays."""

from __future__ import annotations

import itertools
from typing import Any, Dict, List, Sequence

import numpy as np
from caffe2.proto import caffe2_pb2
from caffe2.python import workspace

from ...artefact import Array, Graph, Model, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from .builder import Builder
from .operators import OPERATORS
from .recurrent import lstm

LOWERINGS = {**OPERATORS, "LSTM": lstm}
numbers = itertools.count(1)


def lower(graph: Graph, weights: Tensors, training: bool) -> Builder:
    """UnsupportedError names the operator or attribute that has none."""
    builder = Builder(graph, weights, training)
    for node in graph.nodes:
        operator = LOWERINGS.get(node.operator)
        if operator is None:
            raise UnsupportedError(f"the Caffe2 lowering has no operator {node.operator}")
        operator(builder, node)
    return builder


class Workspace:
    """A workspace of its own for each model, so that nothing of one is left to the next."""

    def __init__(self, builder: Builder) -> None:
        self._name = f"model_{next(numbers)}"
        self._blobs = builder.blobs
        workspace.SwitchWorkspace(self._name, True)
        workspace.RunNetOnce(builder.model.param_init_net)
        self.reset()

    def reset(self) -> None:
        """The first weights again."""
        for blob, value in self._blobs.items():
            workspace.FeedBlob(blob, value)

    def create(self, net: Any, name: str) -> str:
        """Makes a copy of the net as it is now; `RunNet` takes its name."""
        proto = caffe2_pb2.NetDef()
        proto.CopyFrom(net.Proto())
        proto.name = f"{self._name}_{name}"
        workspace.CreateNet(proto)
        return str(proto.name)

    def dispose(self) -> None:
        workspace.ResetWorkspace()
        workspace.SwitchWorkspace("default", True)


class Caffe2Inference:
    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self._graph = model.graph
        builder = lower(model.graph, model.weights, training=False)
        self._outputs = builder.outputs()
        self._workspace = Workspace(builder)
        self._fed = fed_inputs(builder, model)
        feed(self._fed[0])
        self._net = self._workspace.create(builder.net, "inference")

    def run(self, buffer: int) -> List[Array]:
        for blob, value in self._fed[buffer].items():
            workspace.FeedBlob(blob, value)
        workspace.RunNet(self._net)
        return [workspace.FetchBlob(blob) for blob in self._outputs]

    def read(self, output: Sequence[Array]) -> Tensors:
        return named(self._graph, output)

    def dispose(self) -> None:
        self._workspace.dispose()


class Caffe2Training:
    """`SoftmaxWithLoss`, which averages over the batch, its gradient operators, and `MomentumSGDUpdate`, in one net.

    Its momentum is v ← momentum·v + rate·g, w ← w − v: with a constant rate the same weights as those of
    suites/workload.ts, whose v is Caffe2's over the rate.
    """

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None or len(model.graph.outputs) != 1:
            raise UnsupportedError("training needs an optimiser and a graph whose only output is the logits")
        self._graph = model.graph
        builder = lower(model.graph, model.weights, training=True)
        self._bindings = builder.bindings
        self._logits = builder.outputs()[0]
        net = builder.net
        _, self._loss = net.SoftmaxWithLoss([self._logits, "labels"], ["probabilities", "loss"])
        forward = copy_of(net)
        gradients: Dict[Any, Any] = net.AddGradientOperators([self._loss])
        self._gradients = {binding.name: gradients[binding.blob] for binding in self._bindings}
        backward = copy_of(net)
        recipe = model.manifest.training.optimiser
        rate = builder.feed(np.array([recipe.learning_rate], np.float32), "rate")
        for binding in self._bindings:
            gradient = gradients[binding.blob]
            moment = builder.feed(np.zeros_like(builder.blobs[binding.blob]), f"{binding.blob}_moment")
            operands = [gradient, moment, rate, binding.blob]
            net.MomentumSGDUpdate(
                operands, [gradient, moment, binding.blob], momentum=recipe.momentum, nesterov=0
            )
        self._workspace = Workspace(builder)
        self._fed = fed_inputs(builder, model)
        for blobs, tensors in zip(self._fed, model.inputs):
            blobs["labels"] = np.ascontiguousarray(tensors["labels"], np.int32)
        feed(self._fed[0])
        self._forward = self._workspace.create(forward, "forward")
        self._backward = self._workspace.create(backward, "backward")
        self._train = self._workspace.create(net, "training")

    def step(self, buffer: int) -> float:
        for blob, value in self._fed[buffer].items():
            workspace.FeedBlob(blob, value)
        workspace.RunNet(self._train)
        return float(workspace.FetchBlob(self._loss))

    def reset(self) -> None:
        self._workspace.reset()

    def output(self, buffer: int) -> Tensors:
        feed(self._fed[buffer])
        workspace.RunNet(self._forward)
        return named(self._graph, [workspace.FetchBlob(self._logits)])

    def gradients(self, buffer: int) -> Tensors:
        feed(self._fed[buffer])
        workspace.RunNet(self._backward)
        return {
            binding.name: binding.assemble(workspace.FetchBlob(self._gradients[binding.name]))
            for binding in self._bindings
        }

    def weights(self) -> Tensors:
        return {
            binding.name: binding.assemble(workspace.FetchBlob(binding.blob)) for binding in self._bindings
        }

    def dispose(self) -> None:
        self._workspace.dispose()


def copy_of(net: Any) -> Any:
    """The net as it is now: what is added to it later is not in the copy."""
    return net.Clone(f"{net.Name()}_copy")


def fed_inputs(builder: Builder, model: Model) -> List[Dict[str, Array]]:
    """One dictionary a buffer, by blob."""
    return [
        {
            blob: np.ascontiguousarray(tensors[info.name])
            for blob, info in zip(builder.inputs, model.graph.inputs)
        }
        for tensors in model.inputs
    ]


def feed(blobs: Dict[str, Array]) -> None:
    for blob, value in blobs.items():
        workspace.FeedBlob(blob, value)


def named(graph: Graph, outputs: Sequence[Array]) -> Tensors:
    """By ONNX name."""
    return {info.name: value.reshape(info.shape) for info, value in zip(graph.outputs, outputs)}

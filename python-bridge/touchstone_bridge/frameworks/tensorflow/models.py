"""The timed paths of TensorFlow: a `tf.function` over NumPy arrays, as its guides write them."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from ...artefact import Array, Model, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from ...lowering.plan import Plan, read_plan, single
from ...lowering.weights import NativeWeight, onnx_tensors
from .lowering import Network

Tensor = Any
Specs = List[tf.TensorSpec]


class TensorFlowInference:
    """Inputs are NumPy arrays, and so are the outputs."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self._plan = read_plan(model)
        network = Network(self._plan, model.weights, trained=())
        self._inputs = native_inputs(self._plan, model)
        # Inputs apart and a single output by itself: packing them into lists costs microseconds a call.
        self._function = tf.function(
            lambda *inputs: single(network(inputs)), input_signature=signature(self._plan)
        )
        # A trace is made at the first call, which is part of making the model ready.
        self.run(0)

    def run(self, buffer: int) -> List[Array]:
        outputs = self._function(*self._inputs[buffer])
        return [value.numpy() for value in (outputs if isinstance(outputs, tuple) else (outputs,))]

    def read(self, output: Sequence[Array]) -> Tensors:
        return named_outputs(self._plan, output)

    def dispose(self) -> None:
        del self._function, self._inputs


class TensorFlowTraining:
    """The custom training loop of TensorFlow's guide, whole in one `tf.function`.

    The update is the fused operation of TensorFlow's own momentum optimiser: accumulator ← momentum·accumulator + g;
    w ← w − rate·accumulator, the convention of suites/workload.ts.
    """

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None:
            raise UnsupportedError("training needs an optimiser")
        self._plan = read_plan(model)
        self._network = Network(self._plan, model.weights, model.graph.parameters)
        self._first = model.weights
        self._held = held_variables(self._plan, self._network, model.graph.parameters)
        self._variables = [variable for _, variable in self._held]
        self._velocity = [tf.Variable(tf.zeros_like(variable)) for variable in self._variables]
        self._recipe = model.manifest.training.optimiser
        self._inputs = native_inputs(self._plan, model)
        self._labels = [np.asarray(tensors["labels"], np.int32) for tensors in model.inputs]
        labels = tf.TensorSpec(self._labels[0].shape, tf.int32)
        inputs = signature(self._plan)
        # Inputs apart, not in a list, as above.
        self._step = tf.function(self._train, input_signature=[labels, *inputs])
        self._gradients = tf.function(self._differentiate, input_signature=[labels, *inputs])
        self._output = tf.function(lambda *inputs: self._network(inputs), input_signature=inputs)
        self.step(0)
        self.reset()

    def step(self, buffer: int) -> float:
        return float(self._step(self._labels[buffer], *self._inputs[buffer]))

    def reset(self) -> None:
        # Running statistics are weights too, though no gradient moves them.
        for layer, variables in zip(self._plan.layers, self._network.variables_of):
            for weight, variable in zip(layer.weights, variables):
                variable.assign(weight.to_native(self._first))
        for velocity in self._velocity:
            velocity.assign(tf.zeros_like(velocity))

    def output(self, buffer: int) -> Tensors:
        return named_outputs(self._plan, [value.numpy() for value in self._output(*self._inputs[buffer])])

    def gradients(self, buffer: int) -> Tensors:
        _, found = self._gradients(self._labels[buffer], *self._inputs[buffer])
        return onnx_tensors((weight, value.numpy()) for (weight, _), value in zip(self._held, found))

    def weights(self) -> Tensors:
        return onnx_tensors((weight, variable.numpy()) for weight, variable in self._held)

    def dispose(self) -> None:
        del self._network, self._step, self._gradients, self._output, self._held, self._variables

    def _train(self, labels: Tensor, *inputs: Tensor) -> Tensor:
        loss, gradients = self._differentiate(labels, *inputs)
        for variable, velocity, gradient in zip(self._variables, self._velocity, gradients):
            tf.raw_ops.ResourceApplyMomentum(
                var=variable.handle,
                accum=velocity.handle,
                lr=self._recipe.learning_rate,
                grad=gradient,
                momentum=self._recipe.momentum,
            )
        return loss

    def _differentiate(self, labels: Tensor, *inputs: Tensor) -> Tuple[Tensor, List[Tensor]]:
        with tf.GradientTape() as tape:
            logits = self._network(inputs)[0]
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = tf.reduce_mean(losses)
        return loss, tape.gradient(loss, self._variables, unconnected_gradients="zero")


def held_variables(plan: Plan, network: Network, parameters: Sequence[str]) -> List[Tuple[NativeWeight, Any]]:
    """The weights that learn, each with its variable."""
    return [
        (weight, variable)
        for layer, variables in zip(plan.layers, network.variables_of)
        for weight, variable in zip(layer.weights, variables)
        if weight.name in parameters
    ]


def signature(plan: Plan) -> Specs:
    """Shapes are static: one trace serves all calls."""
    return [tf.TensorSpec(port.native_shape, tf.float32) for port in plan.inputs]


def native_inputs(plan: Plan, model: Model) -> List[List[Array]]:
    """One list a buffer, in the order of the graph's inputs."""
    return [[port.to_native(tensors) for port in plan.inputs] for tensors in model.inputs]


def named_outputs(plan: Plan, outputs: Sequence[Array]) -> Dict[str, Array]:
    """By ONNX name, in ONNX layout."""
    return {port.name: port.to_onnx(value) for port, value in zip(plan.outputs, outputs)}

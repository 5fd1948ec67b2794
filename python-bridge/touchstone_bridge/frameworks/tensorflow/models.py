"""The timed paths of TensorFlow: a `tf.function` over NumPy arrays, as its guides write them."""

from __future__ import annotations

from typing import List, Sequence, Tuple

import tensorflow as tf

from ...artefact import Array, Model, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from ...loss_inputs import loss_inputs_of
from .losses import loss_of
from .network import Network, single
from .operations import Tensor
from .updates import updates_of


class TensorFlowInference:
    """Inputs are NumPy arrays, and so are the outputs."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        network = Network(model)
        self._network = network
        self.inputs = network.native_inputs(model)
        # Inputs apart and a single output by itself: packing them into lists costs microseconds a call.
        self._function = network.compiled(lambda *inputs: single(network(inputs)))
        # A trace is made at the first call, which is part of making the model ready.
        self.run(0)

    def run(self, buffer: int) -> List[Array]:
        return self.call(self.inputs[buffer])

    def call(self, inputs: Sequence[Array]) -> List[Array]:
        outputs = self._function(*inputs)
        return [value.numpy() for value in (outputs if isinstance(outputs, tuple) else (outputs,))]

    def read(self, output: Sequence[Array]) -> Tensors:
        return self._network.named_outputs(output)

    def dispose(self) -> None:
        del self._function, self.inputs, self._network


class TensorFlowTraining:
    """The custom training loop of TensorFlow's guide, whole in one `tf.function`."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None:
            raise UnsupportedError("training needs an optimiser")
        self._network = Network(model)
        self._first = model.weights
        self._variables = self._network.trained
        self._updates = updates_of(model.manifest.training.optimiser, self._variables)
        self._inputs = self._network.native_inputs(model)
        self._targets = loss_inputs_of(model)
        self._loss = loss_of(model)
        targets = [tf.TensorSpec(each.shape, each.dtype) for each in self._targets[0]]
        # Inputs apart, not in a list, as above.
        self._step = self._network.compiled(self._train, *targets)
        self._gradients = self._network.compiled(self._differentiate, *targets)
        self._output = self._network.compiled(lambda *inputs: self._network(inputs))
        self.step(0)
        self.reset()

    def step(self, buffer: int) -> float:
        return float(self._step(*self._targets[buffer], *self._inputs[buffer]))

    def reset(self) -> None:
        self._network.reset(self._first)
        self._updates.reset()

    def output(self, buffer: int) -> Tensors:
        outputs = self._output(*self._inputs[buffer])
        return self._network.named_outputs([value.numpy() for value in outputs])

    def gradients(self, buffer: int) -> Tensors:
        _, found = self._gradients(*self._targets[buffer], *self._inputs[buffer])
        return self._network.to_onnx([value.numpy() for value in found])

    def weights(self) -> Tensors:
        return self._network.to_onnx([variable.numpy() for variable in self._variables])

    def dispose(self) -> None:
        del self._network, self._step, self._gradients, self._output, self._variables

    def _train(self, *operands: Tensor) -> Tensor:
        loss, gradients = self._differentiate(*operands)
        self._updates.apply(gradients)
        return loss

    def _differentiate(self, *operands: Tensor) -> Tuple[Tensor, List[Tensor]]:
        count = len(self._targets[0])
        targets, inputs = operands[:count], operands[count:]
        with tf.GradientTape() as tape:
            loss = self._loss(self._network(inputs)[0], *targets)
        found = tape.gradient(loss, self._variables, unconnected_gradients="zero")
        # Those of a table that rows are picked from come as these rows alone; what is kept from step to step moves all.
        return loss, [tf.convert_to_tensor(gradient) for gradient in found]

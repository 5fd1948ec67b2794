"""The timed paths of Keras: `predict_on_batch` and `train_on_batch`, NumPy arrays in and out."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, Callable, List, Sequence

import keras
import numpy as np

from ...artefact import Adam, Array, Model, Optimiser, RMSProp, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from ...loss_inputs import loss_inputs_of
from .custom_layer import single
from .gradients import gradients_of
from .losses import loss_of
from .lowering import Lowered, listed, lower


class KerasInference:
    def __init__(self, model: Model) -> None:
        self._lowered = lower(model, training=False)
        self._predict = within(self._lowered, self._lowered.model.predict_on_batch)
        self._inputs = self._lowered.native_inputs(model)
        self.inputs = [listed(inputs) for inputs in self._inputs]
        # Compilation is lazy: the first call is part of making the model ready.
        self.run(0)
        self.configuration = own_configuration(self._lowered)

    def run(self, buffer: int) -> Any:
        return self._predict(self._inputs[buffer])

    def call(self, inputs: Sequence[Array]) -> Sequence[Array]:
        return listed(self._predict(single(inputs)))

    def read(self, output: Any) -> Tensors:
        return self._lowered.named_outputs(output)

    def dispose(self) -> None:
        del self._lowered, self._predict, self._inputs, self.inputs
        keras.utils.clear_session(free_memory=False)


class KerasTraining:
    """`compile` and `train_on_batch` with sparse cross-entropy on logits and SGD.

    Keras's momentum is v ← momentum·v − rate·g, w ← w + v: with a constant rate the same weights as those of
    model/workload.ts, whose v is Keras's over −rate.
    """

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None:
            raise UnsupportedError("training needs an optimiser")
        self._lowered = lower(model, training=True)
        self._model = self._lowered.model
        self._first = model.weights
        self._inputs = self._lowered.native_inputs(model)
        self._targets = loss_inputs_of(model)
        self._loss = loss_of(model)
        optimiser = optimiser_of(model.manifest.training.optimiser)
        self._model.compile(optimizer=optimiser, loss=self._loss)
        self._train = within(self._lowered, self._model.train_on_batch)
        self.step(0)
        self.reset()
        self.configuration = own_configuration(self._lowered)

    def step(self, buffer: int) -> float:
        # What `train_on_batch` returns is the mean since the last reset, of which there must be one batch.
        self._model.reset_metrics()
        return float(self._train(self._inputs[buffer], *self._targets[buffer]))

    def reset(self) -> None:
        for held in self._lowered.held:
            held.variable.assign(held.to_native(self._first))
        for variable in self._model.optimizer.variables:
            # The learning rate is one of them, and stays.
            if variable is not self._model.optimizer._learning_rate:
                variable.assign(np.zeros(variable.shape, str(variable.dtype)))

    def output(self, buffer: int) -> Tensors:
        with self._lowered.types():
            logits = self._model(self._inputs[buffer], training=True)
        return self._lowered.named_outputs(keras.ops.convert_to_numpy(logits))

    def gradients(self, buffer: int) -> Tensors:
        inputs, targets = self._inputs[buffer], self._targets[buffer]
        with self._lowered.types():
            found = gradients_of(self._model, self._loss, inputs, targets, self._variables())
        return self._lowered.to_onnx(found)

    def weights(self) -> Tensors:
        return self._lowered.to_onnx([keras.ops.convert_to_numpy(each) for each in self._variables()])

    def dispose(self) -> None:
        del self._model, self._lowered, self._train, self._inputs
        keras.utils.clear_session(free_memory=False)

    def _variables(self) -> List[Any]:
        """Those that gradients move."""
        return [held.variable for held in self._lowered.trained]


def optimiser_of(rule: Optimiser) -> keras.optimizers.Optimizer:
    """Adam adds its epsilon before the second moment is corrected: with one as small as ours that is the same.

    RMSProp adds it inside the root.
    """
    if isinstance(rule, Adam):
        return keras.optimizers.Adam(rule.learning_rate, rule.beta1, rule.beta2, rule.epsilon)
    if isinstance(rule, RMSProp):
        return keras.optimizers.RMSprop(rule.learning_rate, rho=rule.decay, epsilon=rule.epsilon_in_root)
    return keras.optimizers.SGD(rule.learning_rate, rule.momentum)


def within(lowered: Lowered, call: Callable[..., Any]) -> Callable[..., Any]:
    """With the model's types; the call itself where they are the usual ones."""
    if lowered.types is nullcontext:
        return call

    def typed(*operands: Any) -> Any:
        with lowered.types():
            return call(*operands)

    return typed


def own_configuration(lowered: Lowered) -> Configuration:
    own: Configuration = {"execution": execution(jit=bool(lowered.model.jit_compile))}
    return own if lowered.types is nullcontext else {**own, "x64": True}


def execution(jit: bool) -> str:
    """What Keras's default, `jit_compile="auto"`, comes to on this backend."""
    backend = keras.backend.backend()
    if backend == "jax":
        return "compiled"
    if backend == "torch":
        return "eager"
    return "compiled" if jit else "graph, optimised"

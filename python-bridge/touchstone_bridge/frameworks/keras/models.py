"""The timed paths of Keras: `predict_on_batch` and `train_on_batch`, NumPy arrays in and out."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from ...artefact import Model, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from ...lowering.plan import read_plan
from ...lowering.weights import onnx_tensors
from .building import build_model, named_outputs, native_inputs
from .gradients import gradients_of


class KerasInference:
    def __init__(self, model: Model) -> None:
        self._plan = read_plan(model)
        self._model, _ = build_model(self._plan, model.weights, trained=())
        self._inputs = native_inputs(self._plan, model)
        # Compilation is lazy: the first call is part of making the model ready.
        self.run(0)
        self.configuration: Configuration = {"execution": execution(jit=bool(self._model.jit_compile))}

    def run(self, buffer: int) -> Any:
        return self._model.predict_on_batch(self._inputs[buffer])

    def read(self, output: Any) -> Tensors:
        return named_outputs(self._plan, output)

    def dispose(self) -> None:
        del self._model, self._inputs
        keras.utils.clear_session(free_memory=False)


class KerasTraining:
    """`compile` and `train_on_batch` with sparse cross-entropy on logits and SGD.

    Keras's momentum is v ← momentum·v − rate·g, w ← w + v: with a constant rate the same weights as those of
    suites/workload.ts, whose v is Keras's over −rate.
    """

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None:
            raise UnsupportedError("training needs an optimiser")
        self._plan = read_plan(model)
        self._first = model.weights
        self._model, self._all = build_model(self._plan, model.weights, model.graph.parameters)
        self._held = [entry for entry in self._all if entry[0].name in model.graph.parameters]
        self._inputs = native_inputs(self._plan, model)
        self._labels = [np.asarray(tensors["labels"], np.int32) for tensors in model.inputs]
        self._loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        recipe = model.manifest.training.optimiser
        optimiser = keras.optimizers.SGD(learning_rate=recipe.learning_rate, momentum=recipe.momentum)
        self._model.compile(optimizer=optimiser, loss=self._loss)
        self.step(0)
        self.reset()
        self.configuration: Configuration = {"execution": execution(jit=bool(self._model.jit_compile))}

    def step(self, buffer: int) -> float:
        # What `train_on_batch` returns is the mean since the last reset, of which there must be one batch.
        self._model.reset_metrics()
        return float(self._model.train_on_batch(self._inputs[buffer], self._labels[buffer]))

    def reset(self) -> None:
        # Running statistics are weights too, though no gradient moves them.
        for weight, variable in self._all:
            variable.assign(weight.to_native(self._first))
        for variable in self._model.optimizer.variables:
            # The learning rate is one of them, and stays.
            if variable is not self._model.optimizer._learning_rate:
                variable.assign(np.zeros(variable.shape, str(variable.dtype)))

    def output(self, buffer: int) -> Tensors:
        logits = self._model(self._inputs[buffer], training=True)
        return named_outputs(self._plan, keras.ops.convert_to_numpy(logits))

    def gradients(self, buffer: int) -> Tensors:
        variables = [variable for _, variable in self._held]
        found = gradients_of(self._model, self._loss, self._inputs[buffer], self._labels[buffer], variables)
        return onnx_tensors((weight, value) for (weight, _), value in zip(self._held, found))

    def weights(self) -> Tensors:
        return onnx_tensors((weight, keras.ops.convert_to_numpy(variable)) for weight, variable in self._held)

    def dispose(self) -> None:
        del self._model, self._inputs, self._held, self._all
        keras.utils.clear_session(free_memory=False)


def execution(jit: bool) -> str:
    """What Keras's default, `jit_compile="auto"`, comes to on this backend."""
    backend = keras.backend.backend()
    if backend == "jax":
        return "compiled"
    if backend == "torch":
        return "eager"
    return "compiled" if jit else "graph, optimised"

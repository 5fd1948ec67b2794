"""The timed paths of JAX: a jitted pure function of parameters and inputs, as its documentation writes them."""

from __future__ import annotations

from typing import Any, Dict, Sequence, Tuple

import jax
import jax.numpy as jnp
import numpy as np

from ...artefact import Array, Model, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from ...lowering.plan import Plan, read_plan, single
from ...lowering.weights import onnx_tensors
from .lowering import lower, moving_weights, parameter_key
from .operations import Tensor

Parameters = Dict[str, Tensor]


class JaxInference:
    """Inputs are NumPy arrays, and so are the outputs: JAX moves them to its device and back."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self._plan = read_plan(model)
        self._parameters = native_parameters(self._plan, model.weights)
        apply = lower(self._plan, model.weights)
        # Inputs apart and a single output by itself: packing them into lists costs microseconds a call.
        self._apply = jax.jit(lambda parameters, *inputs: single(apply(parameters, inputs)[0]))
        self._inputs = native_inputs(self._plan, model)
        # Compilation is lazy: the first call is part of making the model ready.
        self.run(0)

    def run(self, buffer: int) -> list[Array]:
        outputs = self._apply(self._parameters, *self._inputs[buffer])
        return (
            [np.asarray(output) for output in outputs]
            if isinstance(outputs, tuple)
            else [np.asarray(outputs)]
        )

    def read(self, output: Sequence[Array]) -> Tensors:
        return named_outputs(self._plan, output)

    def dispose(self) -> None:
        del self._apply, self._parameters, self._inputs


class JaxTraining:
    """`jax.value_and_grad` and classical momentum in one jitted step whose state is donated."""

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None:
            raise UnsupportedError("training needs an optimiser")
        self._plan = read_plan(model)
        self._held = trained_weights(self._plan, model.graph.parameters)
        self._first = native_parameters(self._plan, model.weights)
        self._moving = moving_weights(self._plan)
        changing = {*self._held, *self._moving}
        self._constants = {key: value for key, value in self._first.items() if key not in changing}
        self._inputs = native_inputs(self._plan, model)
        self._labels = [np.asarray(tensors["labels"], np.int32) for tensors in model.inputs]
        apply = lower(self._plan, model.weights)
        recipe = model.manifest.training.optimiser

        def loss(trained: Parameters, others: Parameters, inputs: Any, labels: Any) -> Any:
            (logits,), moved = apply({**others, **trained}, inputs)
            chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[..., None], axis=-1)
            return -jnp.mean(chosen), moved

        def step(state: Any, constants: Parameters, inputs: Any, labels: Any) -> Tuple[Any, Tensor]:
            trained, velocity, moving = state
            with_moved = jax.value_and_grad(loss, has_aux=True)
            (value, moving), gradient = with_moved(trained, {**constants, **moving}, inputs, labels)
            velocity = jax.tree.map(lambda v, g: recipe.momentum * v + g, velocity, gradient)
            trained = jax.tree.map(lambda w, v: w - recipe.learning_rate * v, trained, velocity)
            return (trained, velocity, moving), value

        self._step = jax.jit(step, donate_argnums=0)
        self._gradient = jax.jit(jax.grad(loss, has_aux=True))
        self._output = jax.jit(lambda parameters, inputs: apply(parameters, inputs)[0])
        self._state: Any = None
        self.reset()
        self.step(0)
        self.reset()

    def step(self, buffer: int) -> float:
        self._state, loss = self._step(
            self._state, self._constants, self._inputs[buffer], self._labels[buffer]
        )
        return float(loss)

    def reset(self) -> None:
        # Copies: a step gives the arrays that it is handed away.
        trained = {key: jnp.array(self._first[key], copy=True) for key in self._held}
        moving = {key: jnp.array(self._first[key], copy=True) for key in self._moving}
        self._state = (trained, {key: jnp.zeros_like(value) for key, value in trained.items()}, moving)

    def output(self, buffer: int) -> Tensors:
        outputs = self._output({**self._others(), **self._state[0]}, self._inputs[buffer])
        return named_outputs(self._plan, [np.asarray(output) for output in outputs])

    def gradients(self, buffer: int) -> Tensors:
        found, _ = self._gradient(self._state[0], self._others(), self._inputs[buffer], self._labels[buffer])
        return self._to_onnx(found)

    def weights(self) -> Tensors:
        return self._to_onnx(self._state[0])

    def dispose(self) -> None:
        del self._step, self._gradient, self._output, self._state, self._first, self._inputs

    def _others(self) -> Parameters:
        return {**self._constants, **self._state[2]}

    def _to_onnx(self, tensors: Parameters) -> Tensors:
        return onnx_tensors((weight, np.asarray(tensors[key])) for key, weight in self._held.items())


def trained_weights(plan: Plan, parameters: Sequence[str]) -> Dict[str, Any]:
    """The weights that learn, by the key of their parameter."""
    return {
        parameter_key(number, place): weight
        for number, layer in enumerate(plan.layers)
        for place, weight in enumerate(layer.weights)
        if weight.name in parameters
    }


def native_parameters(plan: Plan, weights: Tensors) -> Parameters:
    """Every weight of every layer, on the device."""
    return {
        parameter_key(number, place): jnp.asarray(weight.to_native(weights))
        for number, layer in enumerate(plan.layers)
        for place, weight in enumerate(layer.weights)
    }


def native_inputs(plan: Plan, model: Model) -> list[list[Array]]:
    """One list a buffer, in the order of the graph's inputs."""
    return [[port.to_native(tensors) for port in plan.inputs] for tensors in model.inputs]


def named_outputs(plan: Plan, outputs: Sequence[Array]) -> Tensors:
    """By ONNX name, in ONNX layout."""
    return {port.name: port.to_onnx(value) for port, value in zip(plan.outputs, outputs)}

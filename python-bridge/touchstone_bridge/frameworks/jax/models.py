"""The timed paths of JAX: a jitted pure function of parameters and inputs, as its documentation writes them."""

from __future__ import annotations

from typing import Any, Sequence, Tuple

import jax
import jax.numpy as jnp
import numpy as np

from ...artefact import Array, Model, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from ...loss_inputs import loss_inputs_of
from .losses import loss_of
from .network import Network, Parameters, network_of, single
from .operations import Tensor
from .updates import nothing_seen, update_of


class JaxInference:
    """Inputs are NumPy arrays, and so are the outputs: JAX moves them to its device and back."""

    def __init__(self, model: Model) -> None:
        self._network, self._parameters = network_of(model)
        self.configuration = own_configuration(self._network)
        apply = self._network.apply
        # Inputs apart and a single output by itself: packing them into lists costs microseconds a call.
        self._apply = self._network.compiled(lambda parameters, *inputs: single(apply(parameters, inputs)[0]))
        self.inputs = self._network.native_inputs(model)
        # Compilation is lazy: the first call is part of making the model ready.
        self.run(0)

    def run(self, buffer: int) -> list[Array]:
        return self.call(self.inputs[buffer])

    def call(self, inputs: Sequence[Array]) -> list[Array]:
        outputs = self._apply(self._parameters, *inputs)
        return (
            [np.asarray(output) for output in outputs]
            if isinstance(outputs, tuple)
            else [np.asarray(outputs)]
        )

    def read(self, output: Sequence[Array]) -> Tensors:
        return self._network.named_outputs(output)

    def dispose(self) -> None:
        del self._apply, self._parameters, self.inputs


class JaxTraining:
    """`jax.value_and_grad` and the update in one jitted step whose state is donated."""

    def __init__(self, model: Model) -> None:
        if model.manifest.training is None:
            raise UnsupportedError("training needs an optimiser")
        self._network, self._first = network_of(model)
        network = self._network
        self.configuration = own_configuration(network)
        changing = {*network.trained, *network.running}
        self._constants = {key: value for key, value in self._first.items() if key not in changing}
        self._inputs = network.native_inputs(model)
        self._targets = loss_inputs_of(model)
        own_loss = loss_of(model)
        apply = network.apply
        self._rule = model.manifest.training.optimiser
        update = update_of(self._rule)

        def loss(trained: Parameters, others: Parameters, inputs: Any, targets: Any) -> Any:
            (output,), updated = apply({**others, **trained}, inputs)
            return own_loss(output, *targets), updated

        def step(state: Any, constants: Parameters, inputs: Any, targets: Any) -> Tuple[Any, Tensor]:
            trained, kept, running = state
            with_updated = jax.value_and_grad(loss, has_aux=True)
            (value, running), gradient = with_updated(trained, {**constants, **running}, inputs, targets)
            kept, trained = update(kept, trained, gradient)
            return (trained, kept, running), value

        self._step = network.compiled(step, donate_argnums=0)
        self._gradient = network.compiled(jax.grad(loss, has_aux=True))
        self._output = network.compiled(lambda parameters, inputs: apply(parameters, inputs)[0])
        self._state: Any = None
        self.reset()
        self.step(0)
        self.reset()

    def step(self, buffer: int) -> float:
        self._state, loss = self._step(
            self._state, self._constants, self._inputs[buffer], self._targets[buffer]
        )
        return float(loss)

    def reset(self) -> None:
        # Copies: a step gives the arrays that it is handed away.
        with self._network.types():
            trained = {key: jnp.array(self._first[key], copy=True) for key in self._network.trained}
            running = {key: jnp.array(self._first[key], copy=True) for key in self._network.running}
            self._state = (trained, nothing_seen(self._rule, trained), running)

    def output(self, buffer: int) -> Tensors:
        outputs = self._output({**self._others(), **self._state[0]}, self._inputs[buffer])
        return self._network.named_outputs([np.asarray(output) for output in outputs])

    def gradients(self, buffer: int) -> Tensors:
        found, _ = self._gradient(self._state[0], self._others(), self._inputs[buffer], self._targets[buffer])
        return self._to_onnx(found)

    def weights(self) -> Tensors:
        return self._to_onnx(self._state[0])

    def dispose(self) -> None:
        del self._step, self._gradient, self._output, self._state, self._first, self._inputs

    def _others(self) -> Parameters:
        return {**self._constants, **self._state[2]}

    def _to_onnx(self, tensors: Parameters) -> Tensors:
        return self._network.to_onnx({key: np.asarray(value) for key, value in tensors.items()})


def own_configuration(network: Network) -> Configuration:
    """Where it is another than that of all models."""
    return {"x64": True} if network.wide else {}

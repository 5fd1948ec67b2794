"""The timed paths of PyTorch, as its documentation writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Union

import torch
from torch import nn

from ...artefact import Adam, Model, RMSProp, Tensors
from ...errors import UnsupportedError
from ...framework import Configuration
from ...lowering.operations import TypedPort, onnx_weights
from .losses import loss_of, native_targets
from .lowering import Lowered, lower

# What is done to the lowered module before it is called.
Prepare = Callable[[nn.Module], nn.Module]
Output = Union[torch.Tensor, tuple[torch.Tensor, ...]]


def as_it_is(module: nn.Module) -> nn.Module:
    """Eager."""
    return module


class TorchInference:
    """`model.eval()` under `torch.inference_mode()`. Inputs are CPU tensors, and so are the outputs."""

    def __init__(self, model: Model, prepare: Prepare = as_it_is) -> None:
        self.configuration: Configuration = {}
        lowered = lower(model, training=False)
        self._outputs = lowered.outputs
        self.inputs = native_inputs(model, lowered.inputs)
        self._module = prepare(lowered.module.eval())

    def run(self, buffer: int) -> Output:
        with torch.inference_mode():
            return self._module(*self.inputs[buffer])

    def call(self, inputs: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        with torch.inference_mode():
            outputs = self._module(*inputs)
        return outputs if isinstance(outputs, tuple) else (outputs,)

    def read(self, output: Output) -> Tensors:
        return named(self._outputs, output)

    def dispose(self) -> None:
        del self._module, self.inputs


class TorchTraining:
    """The training loop of PyTorch's own tutorial: cross-entropy on logits and an optimiser of `torch.optim`."""

    def __init__(self, model: Model, prepare: Prepare = as_it_is) -> None:
        self.configuration: Configuration = {}
        if model.manifest.training is None or len(model.graph.outputs) != 1:
            raise UnsupportedError("training needs an optimiser and a graph whose only output is the logits")
        self._recipe = model.manifest.training.optimiser
        self._lowered: Lowered = lower(model, training=True)
        self._inputs = native_inputs(model, self._lowered.inputs)
        self._targets = native_targets(model)
        self._loss = loss_of(model)
        self._module = prepare(self._lowered.module.train())
        # Running statistics are buffers: no gradient moves them, and yet they change.
        self._first = {name: value.detach().clone() for name, value in self._state()}
        self._optimiser = self._new_optimiser()

    def step(self, buffer: int) -> float:
        self._optimiser.zero_grad()
        logits = self._module(*self._inputs[buffer])
        loss = self._loss(logits, *self._targets[buffer])
        loss.backward()
        self._optimiser.step()
        return loss.item()

    def reset(self) -> None:
        with torch.no_grad():
            for name, value in self._state():
                value.copy_(self._first[name])
                value.grad = None
        self._optimiser = self._new_optimiser()

    def output(self, buffer: int) -> Tensors:
        with torch.no_grad():
            return named(self._lowered.outputs, self._module(*self._inputs[buffer]))

    def gradients(self, buffer: int) -> Tensors:
        self._optimiser.zero_grad()
        self._loss(self._module(*self._inputs[buffer]), *self._targets[buffer]).backward()
        # The loss may not depend on a parameter.
        gradients = [
            (constant, torch.zeros_like(parameter) if parameter.grad is None else parameter.grad)
            for constant, parameter in self._lowered.trained
        ]
        found = onnx_weights((constant, gradient.numpy()) for constant, gradient in gradients)
        self._optimiser.zero_grad()
        return found

    def weights(self) -> Tensors:
        return onnx_weights(
            (constant, parameter.detach().numpy()) for constant, parameter in self._lowered.trained
        )

    def dispose(self) -> None:
        del self._module, self._lowered, self._optimiser, self._first, self._inputs, self._targets

    def _state(self) -> Iterable[tuple[str, torch.Tensor]]:
        yield from self._module.named_parameters()
        yield from self._module.named_buffers()

    def _new_optimiser(self) -> torch.optim.Optimizer:
        # All rules are those of model/workload.ts, momentum's first velocity of zero included.
        trainable = [parameter for parameter in self._module.parameters() if parameter.requires_grad]
        recipe = self._recipe
        if isinstance(recipe, Adam):
            betas = (recipe.beta1, recipe.beta2)
            return torch.optim.Adam(trainable, lr=recipe.learning_rate, betas=betas, eps=recipe.epsilon)
        if isinstance(recipe, RMSProp):
            rate, decay = recipe.learning_rate, recipe.decay
            return torch.optim.RMSprop(trainable, lr=rate, alpha=decay, eps=recipe.epsilon)
        return torch.optim.SGD(trainable, lr=recipe.learning_rate, momentum=recipe.momentum)


def native_inputs(model: Model, ports: Sequence[TypedPort]) -> list[tuple[torch.Tensor, ...]]:
    """One tuple a buffer, in the order of the inputs; copied, so that PyTorch's allocator aligns them."""
    return [tuple(torch.tensor(port.to_native(tensors)) for port in ports) for tensors in model.inputs]


def named(ports: Iterable[TypedPort], output: Output) -> Tensors:
    """Outputs as NumPy arrays by ONNX name."""
    outputs = (output,) if isinstance(output, torch.Tensor) else output
    return {port.name: port.to_onnx(value.numpy()) for port, value in zip(ports, outputs)}

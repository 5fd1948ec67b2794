"""What the timed paths need of a model, whichever kind of plan it came with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, List, Protocol, Sequence

import tensorflow as tf

from ...artefact import Array, Model, Tensors
from ...lowering.operations import is_operation_plan, read_operation_plan
from ...lowering.plan import read_plan
from ...lowering.ports import Port
from .lowering import LayerNetwork
from .operation_network import OperationNetwork
from .operations import Tensor


class Module(Protocol):
    """A `tf.Module` that is called with a list of tensors."""

    def __call__(self, inputs: Sequence[Tensor]) -> List[Tensor]: ...

    @property
    def trained(self) -> List[Any]:
        """Variables that a step moves by their gradient."""

    def to_onnx(self, natives: Sequence[Array]) -> Tensors:
        """Values or gradients of `trained`, by ONNX name and in ONNX layout."""

    def reset(self, weights: Tensors) -> None:
        """Everything that training moves, back to where it was."""


@dataclass(frozen=True)
class Network:
    inputs: Sequence[Port]
    outputs: Sequence[Port]
    # Shapes are static: one trace serves all calls.
    signature: List[Any]
    module: Module

    def native_inputs(self, model: Model) -> List[List[Array]]:
        """One list a buffer, in the order of the graph's inputs."""
        return [[port.to_native(tensors) for port in self.inputs] for tensors in model.inputs]

    def named_outputs(self, outputs: Sequence[Array]) -> Tensors:
        """By ONNX name, in ONNX layout."""
        return {port.name: port.to_onnx(value) for port, value in zip(self.outputs, outputs)}

    def compiled(self, function: Callable[..., Any], *others: Any) -> Any:
        """A `tf.function` of tensors like `others` and then the inputs."""
        return tf.function(function, input_signature=[*others, *self.signature])


def network_of(model: Model) -> Network:
    """Its parameters learn where the model comes with a recipe for training."""
    learning = model.graph.parameters if model.manifest.training is not None else ()
    if is_operation_plan(model):
        plan = read_operation_plan(model)
        signature = [tf.TensorSpec(port.native_shape, port.type) for port in plan.inputs]
        return Network(plan.inputs, plan.outputs, signature, OperationNetwork(plan, model))
    layers = read_plan(model)
    signature = [tf.TensorSpec(port.native_shape, tf.float32) for port in layers.inputs]
    return Network(layers.inputs, layers.outputs, signature, LayerNetwork(layers, model.weights, learning))

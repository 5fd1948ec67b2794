"""A plan as a `tf.Module`: weights are variables, literals constants of the trace."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Sequence

import tensorflow as tf

from ...artefact import Array, Model, Tensors
from ...lowering.operations import Operation, onnx_weights, read_operation_plan
from .lstm_layer import lstm_layer
from .operations import Call, Tensor, call_of


class Network(tf.Module):
    """UnsupportedError names a kind of operation that has no call here."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        plan = read_operation_plan(model)
        self.inputs, self.outputs = plan.inputs, plan.outputs
        self._plan = plan
        self._constants = {constant.tensor: constant for constant in plan.constants}
        # By the numbers of the constants that they are.
        self._variables: Dict[int, Any] = {}
        self._calls = [self._call_of(operation, model.weights) for operation in plan.operations]
        for constant in plan.constants:
            if constant.name is not None and constant.tensor not in self._variables:
                native = constant.to_native(model.weights)
                self._variables[constant.tensor] = tf.Variable(native, trainable=constant.trained)
        self._literals = {
            constant.tensor: constant.to_native(model.weights)
            for constant in plan.constants
            if constant.name is None
        }
        self._running = {
            operation.outputs[0]: tensors
            for operation in plan.operations
            if operation.kind == "TrainingBatchNormalization"
            and self._variables.keys() >= set(tensors := operation.inputs[3:5])
        }

    def __call__(self, inputs: Sequence[Tensor]) -> List[Tensor]:
        tensors: Dict[int, Tensor] = {port.tensor: value for port, value in zip(self.inputs, inputs)}
        tensors.update((tensor, tf.constant(value)) for tensor, value in self._literals.items())
        tensors.update(self._variables)
        for operation, call in zip(self._plan.operations, self._calls):
            found = call(operation.settings, *(tensors[tensor] for tensor in operation.inputs))
            results: Sequence[Any] = found if isinstance(found, tuple) else (found,)
            tensors.update(zip(operation.outputs, results))
            for tensor, value in zip(self._running.get(operation.outputs[0], ()), results[1:]):
                self._variables[tensor].assign(value)
        return [tf.convert_to_tensor(tensors[port.tensor]) for port in self.outputs]

    @property
    def trained(self) -> List[Any]:
        """Variables that a step updates by their gradients."""
        return [self._variables[constant.tensor] for constant in self._plan.trained]

    def to_onnx(self, natives: Sequence[Array]) -> Tensors:
        """Values or gradients of `trained`, by ONNX name and in ONNX layout."""
        return onnx_weights(zip(self._plan.trained, natives))

    def reset(self, weights: Tensors) -> None:
        """Everything that training changes, back to where it was."""
        running = [tensor for pair in self._running.values() for tensor in pair]
        for tensor in [*(constant.tensor for constant in self._plan.trained), *running]:
            self._variables[tensor].assign(self._constants[tensor].to_native(weights))

    def native_inputs(self, model: Model) -> List[List[Array]]:
        """One list a buffer, in the order of the graph's inputs."""
        return [[port.to_native(tensors) for port in self.inputs] for tensors in model.inputs]

    def named_outputs(self, outputs: Sequence[Array]) -> Tensors:
        """By ONNX name, in ONNX layout."""
        return {port.name: port.to_onnx(value) for port, value in zip(self.outputs, outputs)}

    def compiled(self, function: Callable[..., Any], *others: Any) -> Any:
        """A `tf.function` of tensors like `others` and then the inputs. Shapes are static: it is traced once."""
        signature = [tf.TensorSpec(port.native_shape, port.type) for port in self.inputs]
        return tf.function(function, input_signature=[*others, *signature])

    def _call_of(self, operation: Operation, weights: Tensors) -> Call:
        layer = lstm_layer(operation, self._constants, weights) if operation.kind == "LSTM" else None
        if layer is None:
            return call_of(operation)
        call, variables = layer
        self._variables.update(variables)
        return call


def single(items: Sequence[Any]) -> Any:
    """One item by itself, several as a tuple."""
    return items[0] if len(items) == 1 else tuple(items)

"""A plan of operations as a `tf.Module`: weights are variables, literals constants of the trace."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence

import numpy as np
import tensorflow as tf

from ...artefact import Array, Model, Tensors, half_trained
from ...errors import UnsupportedError
from ...lowering.operations import Constant, Operation, OperationPlan
from .operation_call import Call
from .operation_elementwise import ELEMENTWISE
from .operation_indexing import INDEXING
from .operation_normalisation import NORMALISATION
from .operation_recurrent import RECURRENT
from .operation_shapes import SHAPES
from .operation_windows import WINDOWS
from .operations import Tensor

CALLS: Mapping[str, Call] = {
    **ELEMENTWISE,
    **SHAPES,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}


class OperationNetwork(tf.Module):
    """UnsupportedError names a kind of operation that has no call here."""

    def __init__(self, plan: OperationPlan, model: Model, learning: Sequence[str]) -> None:
        super().__init__()
        self._plan = plan
        self._calls = [call_of(operation) for operation in plan.operations]
        # By name, the constant that stands for a weight that learns; another layout of it is made each time.
        self._first: Dict[str, Constant] = {}
        for constant in plan.trained(learning):
            self._first.setdefault(str(constant.name), constant)
        self._half_frozen = half_trained(model.graph)
        self._variables = {
            constant.tensor: tf.Variable(
                constant.to_native(model.weights), trainable=constant.name in self._first
            )
            for constant in plan.constants
            if constant.name is not None and self._first.get(constant.name, constant) is constant
        }
        self._literals = {
            constant.tensor: constant.to_native(model.weights)
            for constant in plan.constants
            if constant.name is None
        }

    def __call__(self, inputs: Sequence[Tensor]) -> List[Tensor]:
        tensors: Dict[int, Tensor] = {port.tensor: value for port, value in zip(self._plan.inputs, inputs)}
        tensors.update((tensor, tf.constant(value)) for tensor, value in self._literals.items())
        for constant in self._plan.constants:
            if constant.name is not None:
                tensors[constant.tensor] = self._weight(constant)
        for operation, call in zip(self._plan.operations, self._calls):
            found = call(operation.settings, *(tensors[tensor] for tensor in operation.inputs))
            results: Sequence[Any] = found if isinstance(found, tuple) else (found,)
            tensors.update(zip(operation.outputs, results))
        return [tensors[port.tensor] for port in self._plan.outputs]

    @property
    def trained(self) -> List[Any]:
        return [self._variables[constant.tensor] for constant in self._first.values()]

    def to_onnx(self, natives: Sequence[Array]) -> Tensors:
        return {
            name: constant.to_onnx(native) for (name, constant), native in zip(self._first.items(), natives)
        }

    def reset(self, weights: Tensors) -> None:
        for constant in self._first.values():
            self._variables[constant.tensor].assign(constant.to_native(weights))

    def _weight(self, constant: Constant) -> Tensor:
        """As the plan has it; one that learns in another layout is moved from the first, so that both learn as one."""
        first = self._first.get(str(constant.name), constant)
        value = tf.convert_to_tensor(self._variables[first.tensor])
        freezes = constant.name in self._first and constant.name in self._half_frozen
        if first is constant and not freezes:
            return value
        moved = tf.reshape(value, [first.onnx_shape[axis] for axis in first.order])
        onnx = tf.transpose(moved, np.argsort(first.order))
        if freezes:
            own, recurrent = tf.split(onnx, 2, axis=1)
            onnx = tf.concat([own, tf.stop_gradient(recurrent)], 1)
        return tf.reshape(tf.transpose(onnx, constant.order), constant.shape)


def call_of(operation: Operation) -> Call:
    call = CALLS.get(operation.kind)
    if call is None:
        raise UnsupportedError(f"the TensorFlow lowering has no operation {operation.kind}")
    return call

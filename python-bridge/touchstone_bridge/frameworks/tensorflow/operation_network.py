"""A plan of operations as a `tf.Module`: weights are variables, literals constants of the trace."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence

import tensorflow as tf

from ...artefact import Array, Model, Tensors
from ...errors import UnsupportedError
from ...lowering.operations import Operation, OperationPlan, onnx_weights
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

    def __init__(self, plan: OperationPlan, model: Model) -> None:
        super().__init__()
        self._plan = plan
        self._calls = [call_of(operation) for operation in plan.operations]
        self._variables = {
            constant.tensor: tf.Variable(constant.to_native(model.weights), trainable=constant.trained)
            for constant in plan.constants
            if constant.name is not None
        }
        self._literals = {
            constant.tensor: constant.to_native(model.weights)
            for constant in plan.constants
            if constant.name is None
        }

    def __call__(self, inputs: Sequence[Tensor]) -> List[Tensor]:
        tensors: Dict[int, Tensor] = {port.tensor: value for port, value in zip(self._plan.inputs, inputs)}
        tensors.update((tensor, tf.constant(value)) for tensor, value in self._literals.items())
        for tensor, variable in self._variables.items():
            tensors[tensor] = tf.convert_to_tensor(variable)
        for operation, call in zip(self._plan.operations, self._calls):
            found = call(operation.settings, *(tensors[tensor] for tensor in operation.inputs))
            results: Sequence[Any] = found if isinstance(found, tuple) else (found,)
            tensors.update(zip(operation.outputs, results))
        return [tensors[port.tensor] for port in self._plan.outputs]

    @property
    def trained(self) -> List[Any]:
        return [self._variables[constant.tensor] for constant in self._plan.trained]

    def to_onnx(self, natives: Sequence[Array]) -> Tensors:
        return onnx_weights(zip(self._plan.trained, natives))

    def reset(self, weights: Tensors) -> None:
        for constant in self._plan.trained:
            self._variables[constant.tensor].assign(constant.to_native(weights))


def call_of(operation: Operation) -> Call:
    call = CALLS.get(operation.kind)
    if call is None:
        raise UnsupportedError(f"the TensorFlow lowering has no operation {operation.kind}")
    return call

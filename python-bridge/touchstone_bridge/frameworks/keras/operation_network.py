"""A plan of operations as one Keras layer, as the guide to custom layers shows: weights, and a `call` of operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

import keras
import numpy as np
from keras import ops

from ...artefact import Array, Model, Tensors, half_trained
from ...errors import UnsupportedError
from ...lowering.operations import Constant, Operation, OperationPlan, with_blank_half
from .operation_call import BACKEND, Call, Tensor
from .operation_elementwise import ELEMENTWISE
from .operation_indexing import INDEXING
from .operation_normalisation import NORMALISATION
from .operation_recurrent import RECURRENT
from .operation_shapes import SHAPES
from .operation_windows import WINDOWS

CALLS: Mapping[str, Call] = {
    **ELEMENTWISE,
    **SHAPES,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}


@dataclass(frozen=True)
class Held:
    """A weight of the graph as the layer's variable: once, in the layout in which it is read first."""

    constant: Constant
    variable: Any
    # The recurrent half of an LSTM's bias, which no training moves (suites/lstm/row-lstm.ts); then the variable is the
    # first half, in ONNX's layout.
    frozen_half: Optional[Array] = None

    def to_native(self, weights: Tensors) -> Array:
        if self.frozen_half is None:
            return self.constant.to_native(weights)
        return halves(weights[self.constant.name or ""])[0]

    def to_onnx(self, native: Array) -> Array:
        if self.frozen_half is None:
            return self.constant.to_onnx(native)
        return with_blank_half(native)

    def value(self, constant: Constant) -> Tensor:
        """As that constant has it."""
        own = ops.convert_to_tensor(self.variable)
        if self.frozen_half is not None:
            onnx = ops.concatenate([own, ops.convert_to_tensor(self.frozen_half)], axis=1)
        elif constant is self.constant:
            return own
        else:
            first = self.constant
            moved = ops.reshape(own, [first.onnx_shape[axis] for axis in first.order])
            onnx = ops.transpose(moved, [int(axis) for axis in np.argsort(first.order)])
        return ops.reshape(ops.transpose(onnx, constant.order), constant.shape)


class Operations(keras.Layer):
    """Its inputs and outputs are those of the plan, whose shapes and types are known."""

    def __init__(self, plan: OperationPlan, model: Model, learning: Sequence[str]) -> None:
        # No input is cast to the type of the policy.
        super().__init__(autocast=False)
        self._plan = plan
        calls = [call_of(operation) for operation in plan.operations]
        literals = literals_of(plan, model)
        held = self._hold(plan, model, learning)
        self._learning = [each for name, each in held.items() if name in learning]

        def apply(inputs: Sequence[Tensor]) -> List[Tensor]:
            return run(plan, calls, {**literals(), **values_of(plan, held)}, inputs)

        # What is within a function, Keras neither tracks nor copies.
        self._apply = apply

    def learning(self) -> List[Held]:
        return list(self._learning)

    def call(self, inputs: Any) -> Any:
        found = self._apply(inputs if isinstance(inputs, (list, tuple)) else [inputs])
        return found[0] if len(found) == 1 else found

    def compute_output_spec(self, *_: Any, **__: Any) -> Any:
        found = [keras.KerasTensor(port.native_shape, dtype=port.type) for port in self._plan.outputs]
        return found[0] if len(found) == 1 else found

    def _hold(self, plan: OperationPlan, model: Model, learning: Sequence[str]) -> Dict[str, Held]:
        halved = half_trained(model.graph)
        held: Dict[str, Held] = {}
        for constant in plan.constants:
            name = constant.name
            if name is None or name in held:
                continue
            learns = name in learning
            half = halves(model.weights[name])[1] if learns and name in halved else None
            native = constant.to_native(model.weights)
            shape = native.shape if half is None else half.shape
            variable = self.add_weight(
                name=f"constant_{constant.tensor}",
                shape=shape,
                dtype=constant.type,
                initializer="zeros",
                trainable=learns,
                autocast=False,
            )
            held[name] = Held(constant, variable, half)
            variable.assign(held[name].to_native(model.weights))
        return held


def run(
    plan: OperationPlan, calls: Sequence[Call], constants: Mapping[int, Tensor], inputs: Sequence[Tensor]
) -> List[Tensor]:
    tensors = {**constants, **{port.tensor: value for port, value in zip(plan.inputs, inputs)}}
    for operation, call in zip(plan.operations, calls):
        found = call(operation.settings, *(tensors[tensor] for tensor in operation.inputs))
        results: Sequence[Any] = found if isinstance(found, tuple) else (found,)
        tensors.update(zip(operation.outputs, results))
    return [tensors[port.tensor] for port in plan.outputs]


def call_of(operation: Operation) -> Call:
    call = CALLS.get(operation.kind)
    if call is None:
        raise UnsupportedError(f"the Keras lowering has no operation {operation.kind}")
    return call


def literals_of(plan: OperationPlan, model: Model) -> Callable[[], Dict[int, Tensor]]:
    """Constants of each trace, so that the compiler sees them; where nothing is traced, tensors once and for all."""
    natives = {
        constant.tensor: (constant.to_native(model.weights), constant.type)
        for constant in plan.constants
        if constant.name is None
    }

    def converted() -> Dict[int, Tensor]:
        return {tensor: ops.convert_to_tensor(value, kind) for tensor, (value, kind) in natives.items()}

    if BACKEND != "torch":
        return converted
    found = converted()
    return lambda: found


def values_of(plan: OperationPlan, held: Mapping[str, Held]) -> Dict[int, Tensor]:
    return {
        constant.tensor: held[constant.name].value(constant)
        for constant in plan.constants
        if constant.name is not None
    }


def halves(bias: Array) -> Sequence[Array]:
    """Of a bias [directions, 8·hidden]: what is added to the input's share, and to the recurrent one."""
    return np.split(np.asarray(bias), 2, axis=1)

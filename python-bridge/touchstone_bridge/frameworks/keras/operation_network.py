"""A plan of operations as one Keras layer, as the guide to custom layers shows: weights, and a `call` of operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Sequence

import keras
from keras import ops

from ...artefact import Array, Model, Tensors
from ...errors import UnsupportedError
from ...lowering.operations import Constant, Operation, OperationPlan
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
    """A part of a weight of the graph as the layer's variable."""

    constant: Constant
    variable: Any

    def to_native(self, weights: Tensors) -> Array:
        return self.constant.to_native(weights)


class Operations(keras.Layer):
    """Its inputs and outputs are those of the plan, whose shapes and types are known."""

    def __init__(self, plan: OperationPlan, model: Model) -> None:
        # No input is cast to the type of the policy.
        super().__init__(autocast=False)
        self._plan = plan
        calls = [call_of(operation) for operation in plan.operations]
        literals = literals_of(plan, model)
        held = self._hold(plan, model)
        self._learning = [each for each in held if each.constant.trained]

        def apply(inputs: Sequence[Tensor]) -> List[Tensor]:
            return run(plan, calls, {**literals(), **values_of(held)}, inputs)

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

    def _hold(self, plan: OperationPlan, model: Model) -> List[Held]:
        held: List[Held] = []
        for constant in plan.constants:
            if constant.name is None:
                continue
            native = constant.to_native(model.weights)
            variable = self.add_weight(
                name=f"constant_{constant.tensor}",
                shape=native.shape,
                dtype=constant.type,
                initializer="zeros",
                trainable=constant.trained,
                autocast=False,
            )
            variable.assign(native)
            held.append(Held(constant, variable))
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


def values_of(held: Sequence[Held]) -> Dict[int, Tensor]:
    return {each.constant.tensor: ops.convert_to_tensor(each.variable) for each in held}

"""A plan of operations as a pure function of its weights and inputs."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Sequence

import jax.numpy as jnp

from ...artefact import Array, Model, Tensors
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

WIDE = {"float64", "int64", "uint64"}


def key_of(constant: Constant) -> str:
    return str(constant.tensor)


def native_weights(plan: OperationPlan, weights: Tensors) -> Dict[str, Array]:
    """The parameters: weights of the graph."""
    return {
        key_of(constant): constant.to_native(weights)
        for constant in plan.constants
        if constant.name is not None
    }


def is_wide(plan: OperationPlan) -> bool:
    """Whether a 64-bit type is anywhere in it."""
    types = [port.type for port in (*plan.inputs, *plan.outputs)]
    types += [constant.type for constant in plan.constants]
    for operation in plan.operations:
        if operation.kind == "Cast":
            types.append(operation.settings["to"])
        elif operation.kind in ("ArgMax", "ArgMin", "TopK"):
            types.append("int64")
    return not WIDE.isdisjoint(types)


def apply_of(
    plan: OperationPlan, model: Model
) -> Callable[[Mapping[str, Tensor], Sequence[Tensor]], List[Tensor]]:
    """To be traced. Literals are constants of the trace, so that the compiler sees them.

    UnsupportedError names a kind of operation that has no call here.
    """
    calls = [call_of(operation) for operation in plan.operations]
    literals = {
        constant.tensor: constant.to_native(model.weights)
        for constant in plan.constants
        if constant.name is None
    }

    def apply(parameters: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> List[Tensor]:
        tensors: Dict[int, Tensor] = {tensor: jnp.asarray(value) for tensor, value in literals.items()}
        for constant in plan.constants:
            if constant.name is not None:
                tensors[constant.tensor] = parameters[key_of(constant)]
        tensors.update((port.tensor, value) for port, value in zip(plan.inputs, inputs))
        for operation, call in zip(plan.operations, calls):
            found = call(operation.settings, *(tensors[tensor] for tensor in operation.inputs))
            results: Sequence[Any] = found if isinstance(found, tuple) else (found,)
            tensors.update(zip(operation.outputs, results))
        return [tensors[port.tensor] for port in plan.outputs]

    return apply


def call_of(operation: Operation) -> Call:
    call = CALLS.get(operation.kind)
    if call is None:
        raise UnsupportedError(f"the JAX lowering has no operation {operation.kind}")
    return call

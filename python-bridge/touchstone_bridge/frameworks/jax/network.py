"""A plan as a pure function of its weights and its inputs."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Callable, ContextManager, Dict, List, Mapping, Sequence, Tuple

import jax
import jax.numpy as jnp

from ...artefact import Array, Model, Tensors
from ...lowering.operations import Constant, OperationPlan, onnx_weights, read_operation_plan
from .operations import Tensor, call_of
from .wide import is_wide, wide_types

# By the numbers of the constants that they are, as text: JAX sorts the keys of its trees.
Parameters = Mapping[str, Tensor]
# Takes parameters and inputs; returns outputs, and running statistics by their keys.
Apply = Callable[[Parameters, Sequence[Tensor]], Tuple[List[Tensor], Dict[str, Tensor]]]


@dataclass(frozen=True)
class Network:
    plan: OperationPlan
    apply: Apply
    # Keys of the parameters that gradients update, and of those that a step changes without one.
    trained: Sequence[str]
    running: Sequence[str]
    # Whether it needs JAX's 64-bit types, which are off for all others.
    wide: bool

    def types(self) -> ContextManager[Any]:
        """Within which its arrays have the types of the plan."""
        return wide_types() if self.wide else nullcontext()

    def compiled(self, function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        """`jax.jit`, with nothing around its calls where the model has no 64-bit types."""
        jitted = jax.jit(function, **options)
        if not self.wide:
            return jitted

        def call(*operands: Any) -> Any:
            with wide_types():
                return jitted(*operands)

        return call

    def native_inputs(self, model: Model) -> List[List[Array]]:
        """One list a buffer, in the order of the graph's inputs."""
        return [[port.to_native(tensors) for port in self.plan.inputs] for tensors in model.inputs]

    def named_outputs(self, outputs: Sequence[Array]) -> Tensors:
        """By ONNX name, in ONNX layout."""
        return {port.name: port.to_onnx(value) for port, value in zip(self.plan.outputs, outputs)}

    def to_onnx(self, values: Mapping[str, Array]) -> Tensors:
        """Values or gradients of what is trained, by ONNX name and in ONNX layout."""
        return onnx_weights((constant, values[key_of(constant)]) for constant in self.plan.trained)


def key_of(constant: Constant) -> str:
    return str(constant.tensor)


def network_of(model: Model) -> Tuple[Network, Dict[str, Any]]:
    """And its parameters on the device. UnsupportedError names a kind of operation that has no call here."""
    plan = read_operation_plan(model)
    running = running_statistics(plan)
    network = Network(
        plan=plan,
        apply=apply_of(plan, model.weights),
        trained=[key_of(constant) for constant in plan.trained],
        running=[str(tensor) for pair in running.values() for tensor in pair],
        wide=is_wide(plan),
    )
    weights = [constant for constant in plan.constants if constant.name is not None]
    with network.types():
        return network, {key_of(each): jnp.asarray(each.to_native(model.weights)) for each in weights}


def running_statistics(plan: OperationPlan) -> Dict[int, Tuple[int, int]]:
    """Constants that hold the running mean and variance, by the result of the normalisation that updates them."""
    constants = {constant.tensor for constant in plan.constants}
    return {
        operation.outputs[0]: (operation.inputs[3], operation.inputs[4])
        for operation in plan.operations
        if operation.kind == "TrainingBatchNormalization" and constants.issuperset(operation.inputs[3:5])
    }


def apply_of(plan: OperationPlan, weights: Tensors) -> Apply:
    """To be traced. Literals are constants of the trace, so that the compiler sees them."""
    steps = [(operation, call_of(operation)) for operation in plan.operations]
    running = running_statistics(plan)
    literals = {each.tensor: each.to_native(weights) for each in plan.constants if each.name is None}
    held = {each.tensor: key_of(each) for each in plan.constants if each.name is not None}

    def apply(parameters: Parameters, inputs: Sequence[Tensor]) -> Tuple[List[Tensor], Dict[str, Tensor]]:
        tensors: Dict[int, Tensor] = {tensor: jnp.asarray(value) for tensor, value in literals.items()}
        tensors.update((tensor, parameters[key]) for tensor, key in held.items())
        tensors.update((port.tensor, value) for port, value in zip(plan.inputs, inputs))
        updated: Dict[str, Tensor] = {}
        for operation, call in steps:
            found = call(operation.settings, *(tensors[tensor] for tensor in operation.inputs))
            results: Sequence[Any] = found if isinstance(found, tuple) else (found,)
            tensors.update(zip(operation.outputs, results))
            statistics = running.get(operation.outputs[0])
            if statistics is not None:
                updated.update(zip(map(str, statistics), results[1:]))
        return [tensors[port.tensor] for port in plan.outputs], updated

    return apply


def single(items: Sequence[Any]) -> Any:
    """One item by itself, several as a tuple."""
    return items[0] if len(items) == 1 else tuple(items)

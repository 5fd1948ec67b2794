"""What the timed paths need of a model, whichever kind of plan it came with."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Callable, ContextManager, Dict, List, Mapping, Sequence, Tuple

import jax
import jax.numpy as jnp

from ...artefact import Array, Model, Tensors
from ...lowering.operations import is_operation_plan, onnx_weights, read_operation_plan
from ...lowering.plan import Plan, read_plan
from ...lowering.ports import Port
from ...lowering.weights import onnx_tensors
from .lowering import Apply, Parameters, lower, moving_weights, parameter_key
from .operation_network import (
    apply_of,
    is_wide,
    key_of,
    native_weights,
)


@dataclass(frozen=True)
class Network:
    """A pure function of parameters and inputs. Parameters go by keys that mean nothing outside."""

    inputs: Sequence[Port]
    outputs: Sequence[Port]
    apply: Apply
    # Keys of the parameters that learn, and of those that a step moves without a gradient.
    trained: Sequence[str]
    moving: Sequence[str]
    # Values or gradients of those that learn, by ONNX name and in ONNX layout.
    to_onnx: Callable[[Mapping[str, Array]], Tensors]
    # Whether it needs JAX's 64-bit types, which are off for all others.
    wide: bool = False

    def types(self) -> ContextManager[Any]:
        """Within which its arrays have the types that the plan says."""
        return wide_types() if self.wide else nullcontext()

    def compiled(self, function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        """`jax.jit`, which narrow models call with nothing around it."""
        jitted = jax.jit(function, **options)
        if not self.wide:
            return jitted

        def call(*operands: Any) -> Any:
            with wide_types():
                return jitted(*operands)

        return call

    def native_inputs(self, model: Model) -> List[List[Array]]:
        """One list a buffer, in the order of the graph's inputs."""
        return [[port.to_native(tensors) for port in self.inputs] for tensors in model.inputs]

    def named_outputs(self, outputs: Sequence[Array]) -> Tensors:
        """By ONNX name, in ONNX layout."""
        return {port.name: port.to_onnx(value) for port, value in zip(self.outputs, outputs)}


def network_of(model: Model) -> Tuple[Network, Dict[str, Any]]:
    """And its parameters on the device. Those that training trains learn."""
    learning = model.graph.parameters if model.manifest.training is not None else ()
    make = of_operations if is_operation_plan(model) else of_layers
    network, parameters = make(model, learning)
    with network.types():
        return network, {key: jnp.asarray(value) for key, value in parameters.items()}


def of_layers(model: Model, learning: Sequence[str]) -> Tuple[Network, Dict[str, Array]]:
    plan: Plan = read_plan(model)
    weights = {
        parameter_key(number, place): weight
        for number, layer in enumerate(plan.layers)
        for place, weight in enumerate(layer.weights)
    }
    held = {key: weight for key, weight in weights.items() if weight.name in learning}
    network = Network(
        inputs=plan.inputs,
        outputs=plan.outputs,
        apply=lower(plan, model.weights),
        trained=list(held),
        moving=moving_weights(plan),
        to_onnx=lambda tensors: onnx_tensors((weight, tensors[key]) for key, weight in held.items()),
    )
    return network, {key: weight.to_native(model.weights) for key, weight in weights.items()}


def of_operations(model: Model, _: Sequence[str]) -> Tuple[Network, Dict[str, Array]]:
    plan = read_operation_plan(model)
    call = apply_of(plan, model)

    def apply(parameters: Parameters, inputs: Sequence[Any]) -> Tuple[List[Any], Dict[str, Any]]:
        return call(parameters, inputs), {}

    network = Network(
        inputs=plan.inputs,
        outputs=plan.outputs,
        apply=apply,
        trained=[key_of(constant) for constant in plan.trained],
        moving=(),
        to_onnx=lambda tensors: onnx_weights(
            (constant, tensors[key_of(constant)]) for constant in plan.trained
        ),
        wide=is_wide(plan),
    )
    return network, native_weights(plan, model.weights)


def wide_types() -> ContextManager[Any]:
    """It was experimental until it moved."""
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64(True)

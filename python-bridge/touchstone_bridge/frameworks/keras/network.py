"""What the timed paths need of a model, whichever kind of plan it came with."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Callable, ContextManager, List, Sequence, Tuple

import keras

from ...artefact import Array, Model, Tensors
from ...lowering.operations import OperationPlan, is_operation_plan, onnx_weights, read_operation_plan
from ...lowering.plan import read_plan
from ...lowering.ports import Port
from ...lowering.weights import onnx_tensors
from .building import build_model, single
from .operation_network import Operations

# Of the graph's weights the value of a variable.
Native = Callable[[Tensors], Array]


@dataclass(frozen=True)
class Network:
    model: keras.Model
    inputs: Sequence[Port]
    outputs: Sequence[Port]
    # Every variable that a step may change.
    changing: Sequence[Tuple[Any, Native]]
    # Those that gradients move.
    learning: Sequence[Any]
    # Values or gradients of `learning`, by ONNX name and in ONNX layout.
    to_onnx: Callable[[Sequence[Array]], Tensors]
    # Within which the tensors have the types that the plan says.
    types: Callable[[], ContextManager[Any]] = nullcontext

    def native_inputs(self, model: Model) -> List[Any]:
        """One entry a buffer: the NumPy array, or the list of them, that the model takes."""
        return [single([port.to_native(tensors) for port in self.inputs]) for tensors in model.inputs]

    def named_outputs(self, outputs: Any) -> Tensors:
        """By ONNX name, in ONNX layout."""
        return {port.name: port.to_onnx(value) for port, value in zip(self.outputs, listed(outputs))}


def listed(arrays: Any) -> Sequence[Any]:
    """Keras takes and gives a single array by itself."""
    return arrays if isinstance(arrays, (list, tuple)) else [arrays]


def network_of(model: Model) -> Network:
    """Those parameters learn that training trains."""
    learning = model.graph.parameters if model.manifest.training is not None else ()
    return (of_operations if is_operation_plan(model) else of_layers)(model, learning)


def of_layers(model: Model, learning: Sequence[str]) -> Network:
    plan = read_plan(model)
    native, held = build_model(plan, model.weights, learning)
    learnt = [(weight, variable) for weight, variable in held if weight.name in learning]
    return Network(
        model=native,
        inputs=plan.inputs,
        outputs=plan.outputs,
        # Running statistics are weights too, though no gradient moves them.
        changing=[(variable, weight.to_native) for weight, variable in held],
        learning=[variable for _, variable in learnt],
        to_onnx=lambda values: onnx_tensors((weight, value) for (weight, _), value in zip(learnt, values)),
    )


def of_operations(model: Model, _: Sequence[str]) -> Network:
    plan = read_operation_plan(model)
    types = types_of(plan)
    with types():
        inputs = [keras.Input(batch_shape=port.native_shape, dtype=port.type) for port in plan.inputs]
        layer = Operations(plan, model)
        native = keras.Model(single(inputs), layer(single(inputs)))
    held = layer.learning()
    return Network(
        model=native,
        inputs=plan.inputs,
        outputs=plan.outputs,
        changing=[(each.variable, each.to_native) for each in held],
        learning=[each.variable for each in held],
        to_onnx=lambda values: onnx_weights((each.constant, value) for each, value in zip(held, values)),
        types=types,
    )


def types_of(plan: OperationPlan) -> Callable[[], ContextManager[Any]]:
    """64-bit types are off in JAX, and switched on around the calls of models that have any."""
    if keras.backend.backend() != "jax":
        return nullcontext
    from ..jax.wide import is_wide, wide_types

    return wide_types if is_wide(plan) else nullcontext

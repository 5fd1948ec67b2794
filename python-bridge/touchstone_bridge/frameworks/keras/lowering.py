"""A plan of operations as one functional model: Keras's own layer where there is one, and custom layers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Optional

import keras

from ...artefact import Array, Model, Tensors
from ...lowering.operations import OperationPlan, TypedPort, onnx_weights, read_operation_plan
from .builder import Apply, Builder, Step
from .custom_layer import single
from .held import Held
from .layers import LIGHT, choose
from .operations.call import BACKEND

FRAMES_PER_LAYER = 4
Types = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Lowered:
    model: keras.Model
    inputs: Sequence[TypedPort]
    outputs: Sequence[TypedPort]
    # Every variable that a step may change, running statistics included.
    held: Sequence[Held]
    # Within which the tensors have the types that the plan says.
    types: Types

    @property
    def trained(self) -> list[Held]:
        return [each for each in self.held if each.is_trained]

    def native_inputs(self, model: Model) -> list[Any]:
        """One entry a buffer: the NumPy array, or the list of them, that the model takes."""
        return [single([port.to_native(tensors) for port in self.inputs]) for tensors in model.inputs]

    def named_outputs(self, outputs: Any) -> Tensors:
        """By ONNX name, in ONNX layout."""
        return {port.name: port.to_onnx(value) for port, value in zip(self.outputs, listed(outputs))}

    def to_onnx(self, values: Sequence[Array]) -> Tensors:
        """Values or gradients of the variables of `trained`, by ONNX name and in ONNX layout."""
        pairs = zip(self.trained, values)
        return onnx_weights(part for held, value in pairs for part in held.trained_parts(value))


def listed(arrays: Any) -> Sequence[Any]:
    """Keras takes and gives a single array by itself."""
    return arrays if isinstance(arrays, (list, tuple)) else [arrays]


def lower(model: Model, training: bool) -> Lowered:
    """Static shapes, the batch included. UnsupportedError where the plan has an operation that is not built here."""
    plan = read_operation_plan(model)
    types = types_of(plan)
    with types():
        builder = Builder(plan, model.weights, training)
        for operation, apply in zip(plan.operations, layers_of(plan, builder)):
            if apply is None:
                builder.wait(operation)
            else:
                found = apply()
                builder.define(operation, found if isinstance(found, (list, tuple)) else [found])
        # Keras walks from a model's outputs to its inputs by recursion, in Python alone.
        deepest = 1000 + FRAMES_PER_LAYER * len(plan.operations)
        sys.setrecursionlimit(max(sys.getrecursionlimit(), deepest))
        native = builder.model([port.tensor for port in plan.outputs])
    return Lowered(native, plan.inputs, plan.outputs, builder.held, types)


def layers_of(plan: OperationPlan, builder: Builder) -> list[Optional[Apply]]:
    """What builds the layer of each operation; None for those that custom layers compute.

    A light one beside such an operation is computed by the same custom layer: each layer costs microseconds a call. On
    PyTorch, where nothing compiles them away, so are the dense layers beside it, like the projections of an attention.
    """
    found = [choose(Step(builder, operation)) for operation in plan.operations]
    neighbours = neighbours_of(plan)

    def join(kinds: Container[str], places: list[int]) -> list[int]:
        """Makes neighbours of these places that are of the kinds parts of custom layers; returns their places."""
        near = {each for place in places for each in neighbours[place] if found[each] is not None}
        joined = [each for each in near if plan.operations[each].kind in kinds]
        for each in joined:
            found[each] = None
        return joined

    def join_all(places: list[int]) -> None:
        while places:
            places = join(LIGHT, places)

    join_all([place for place, apply in enumerate(found) if apply is None])
    if BACKEND == "torch":
        join_all(join(("Gemm",), [place for place, apply in enumerate(found) if apply is None]))
    return found


def neighbours_of(plan: OperationPlan) -> list[set[int]]:
    """For each operation those that read what it makes, and those that make what it reads; by place in the plan."""
    makers = {tensor: place for place, each in enumerate(plan.operations) for tensor in each.outputs}
    found: list[set[int]] = [set() for _ in plan.operations]
    for place, operation in enumerate(plan.operations):
        for tensor in operation.inputs:
            maker = makers.get(tensor)
            if maker is not None:
                found[place].add(maker)
                found[maker].add(place)
    return found


def types_of(plan: OperationPlan) -> Types:
    """64-bit types are off in JAX, and switched on around the calls of models that have any."""
    if BACKEND != "jax":
        return nullcontext
    from ..jax.wide import is_wide, wide_types

    return wide_types if is_wide(plan) else nullcontext

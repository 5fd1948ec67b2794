"""What the operations of a plan are built with: the blobs of its tensors, and the weights that training updates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Union

import numpy as np
from caffe2.python import core

from ...artefact import Array, Tensors
from ...lowering.operations import Constant, Operation, OperationPlan, Result
from .net import NetBuilder


@dataclass(frozen=True)
class Binding:
    """A trained constant and the blobs that hold it: one, or several with its rows in order."""

    constant: Constant
    blobs: tuple[str, ...]

    def joined(self, arrays: Sequence[Array]) -> Array:
        """The constant's values from those of the blobs."""
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


class Builder(NetBuilder):
    """The net of one plan under construction. Tensors are identified by their numbers in the plan."""

    def __init__(self, plan: OperationPlan, weights: Tensors, training: bool, threads: int) -> None:
        super().__init__(len(plan.inputs), training, threads)
        self.bindings: list[Binding] = []
        self._weights = weights
        self._constants = {constant.tensor: constant for constant in plan.constants}
        self._reads = Counter(tensor for operation in plan.operations for tensor in operation.inputs)
        self._reads.update(port.tensor for port in plan.outputs)
        # Kind of the operation that makes a tensor.
        self._makers: dict[int, str] = {}
        self._blobs = {port.tensor: blob for port, blob in zip(plan.inputs, self.inputs)}
        self._results = plan.results()
        self._carrying = carrying(plan, self._results) if training else frozenset[int]()

    def type(self, tensor: int) -> str:
        return self._results[tensor].type

    def shape(self, tensor: int) -> tuple[int, ...]:
        return self._results[tensor].shape

    def carries(self, tensor: int) -> bool:
        """Whether a gradient flows back through it; never in inference."""
        return tensor in self._carrying

    def is_shared(self, tensor: int) -> bool:
        """Whether it has several readers; an output of the plan is one."""
        return self._reads[tensor] > 1

    def literal(self, tensor: int) -> Array | None:
        """The value of a constant that training does not update; None for anything else."""
        constant = self._constants.get(tensor)
        if constant is None or constant.trained:
            return None
        return constant.to_native(self._weights)

    def value(self, tensor: int) -> core.BlobReference:
        """As an operand; constants are fed at their first use."""
        if tensor not in self._blobs:
            constant = self._constants[tensor]
            blob = self.feed(constant.to_native(self._weights))
            self._bind(constant, [blob])
            self._blobs[tensor] = blob
        return self._blobs[tensor]

    def hold(self, tensor: int, names: Sequence[str]) -> None:
        """Puts a tensor into blobs of these names, its rows evenly divided among them.

        A constant that nothing else reads is fed there, and trained there; anything else is copied in every run.
        """
        constant = self._constants.get(tensor)
        blobs = [self.named(name) for name in names]
        if constant is None or self.is_shared(tensor):
            source = self.value(tensor)
            if len(blobs) == 1:
                self.net.Copy([source], blobs)
            else:
                self.net.Split([source], blobs, axis=0)
            return
        parts = np.split(constant.to_native(self._weights), len(blobs))
        self.values.update(zip(map(str, blobs), map(np.ascontiguousarray, parts)))
        self._bind(constant, blobs)

    def define(self, operation: Operation, blobs: Sequence[core.BlobReference]) -> None:
        self._blobs.update(zip(operation.outputs, blobs))
        self._makers.update((tensor, operation.kind) for tensor in operation.outputs)

    def maker(self, tensor: int) -> str | None:
        """Kind of the operation that makes a tensor; None of inputs and constants."""
        return self._makers.get(tensor)

    def _bind(self, constant: Constant, blobs: Sequence[core.BlobReference]) -> None:
        if constant.trained and self.training:
            self.model.params.extend(blobs)
            self.bindings.append(Binding(constant, tuple(map(str, blobs))))


def carrying(plan: OperationPlan, results: Mapping[int, Result]) -> frozenset[int]:
    """Tensors through which a gradient flows back from the output: floating-point all the way."""
    found = {port.tensor for port in plan.outputs}
    for operation in reversed(plan.operations):
        if not found.isdisjoint(operation.outputs):
            found.update(tensor for tensor in operation.inputs if results[tensor].type.startswith("float"))
    return frozenset(found)


@dataclass(frozen=True)
class Step:
    """One operation of the plan, with what is needed to build it."""

    builder: Builder
    operation: Operation

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.operation.settings

    def number(self, name: str) -> float:
        """A setting as a float: Caffe2 does not read an argument of another type, and JSON writes 1.0 as 1."""
        return float(self.settings[name])

    @property
    def operands(self) -> list[core.BlobReference]:
        return [self.builder.value(tensor) for tensor in self.operation.inputs]

    @property
    def x(self) -> core.BlobReference:
        return self.builder.value(self.operation.inputs[0])

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of the operands."""
        return [self.builder.shape(tensor) for tensor in self.operation.inputs]

    @property
    def type(self) -> str:
        """Of the first operand."""
        return self.builder.type(self.operation.inputs[0])

    @property
    def result(self) -> Result:
        """The first."""
        return self.operation.results[0]

    @property
    def carries(self) -> bool:
        """Whether a gradient flows back to the first result."""
        return self.builder.carries(self.operation.outputs[0])

    def call(
        self, operator: str, inputs: Sequence[core.BlobReference], **arguments: Any
    ) -> core.BlobReference:
        return self.builder.operate(operator, inputs, **arguments)


# One result, or several.
Build = Callable[[Step], Union[core.BlobReference, Sequence[core.BlobReference]]]


def plain(operator: str, **arguments: Any) -> Build:
    """An operator of all operands."""
    return lambda step: step.call(operator, step.operands, **arguments)


def with_numbers(operator: str, **names: str) -> Build:
    """An operator of all operands whose arguments are settings: Caffe2's name of each, and the plan's."""
    return lambda step: step.call(
        operator, step.operands, **{own: step.number(name) for own, name in names.items()}
    )

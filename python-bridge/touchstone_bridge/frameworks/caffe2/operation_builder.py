"""What the operations of a plan build with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence, Union

import numpy as np
from caffe2.python import core

from ...artefact import Array, Tensors
from ...lowering.operations import Constant, Operation, OperationPlan, Result
from .net_builder import NetBuilder


class OperationBuilder(NetBuilder):
    """One lowering of a plan under way. Tensors go by the numbers that the plan gives them."""

    def __init__(
        self,
        plan: OperationPlan,
        weights: Tensors,
        trainable: Sequence[str],
        training: bool,
        threads: int,
    ) -> None:
        super().__init__(len(plan.inputs), trainable, training, threads)
        self._weights = weights
        self._constants = {constant.tensor: constant for constant in plan.constants}
        self._reads = Counter(tensor for operation in plan.operations for tensor in operation.inputs)
        self._blobs = {port.tensor: blob for port, blob in zip(plan.inputs, self.inputs)}
        self._known = known_results(plan)
        self._carrying = carrying(plan, self._known) if training else frozenset[int]()

    def type(self, tensor: int) -> str:
        return self._known[tensor].type

    def shape(self, tensor: int) -> tuple[int, ...]:
        return self._known[tensor].shape

    def carries(self, tensor: int) -> bool:
        """Whether a gradient comes back through it; never in inference."""
        return tensor in self._carrying

    def is_shared(self, tensor: int) -> bool:
        """Whether several operations read it."""
        return self._reads[tensor] > 1

    def literal(self, tensor: int) -> Array | None:
        """What is known at load and does not learn; None of all else."""
        constant = self._constants.get(tensor)
        if constant is None or constant.trained:
            return None
        return constant.to_native(self._weights)

    def own(self, tensor: int) -> tuple[str | None, Array] | None:
        """Name and value, for a layer to have as its own: not of what is computed, nor of what learns elsewhere too."""
        constant = self._constants.get(tensor)
        if constant is None:
            return None
        if constant.trained and (self._reads[tensor] > 1 or constant.is_rearranged):
            return None
        return constant.name if constant.trained else None, constant.to_native(self._weights)

    def value(self, tensor: int) -> core.BlobReference:
        """As an operand; constants are fed at their first use."""
        if tensor not in self._blobs:
            self._blobs[tensor] = self._held(self._constants[tensor])
        return self._blobs[tensor]

    def define(self, operation: Operation, blobs: Sequence[core.BlobReference]) -> None:
        self._blobs.update(zip(operation.outputs, blobs))

    def reshaped(self, blob: core.BlobReference, shape: Sequence[int]) -> core.BlobReference:
        return self.operate_several("Reshape", [blob], 2, shape=list(shape))[0]

    def taken(
        self, blob: core.BlobReference, indices: core.BlobReference | Array, axis: int
    ) -> core.BlobReference:
        """`Gather`. Its gradient is as large as what is gathered from: the optimisers know no other of all rows."""
        held = self.feed(indices) if isinstance(indices, np.ndarray) else indices
        return self.operate("Gather", [blob, held], axis=axis, dense_gradient=True)

    def joined(self, blobs: Sequence[core.BlobReference], axis: int) -> core.BlobReference:
        return self.operate_several("Concat", blobs, 2, axis=axis)[0]

    def stopped(self, blob: core.BlobReference) -> core.BlobReference:
        """Without a gradient, where there would be none, or where Caffe2 looks in vain for one."""
        return self.operate("StopGradient", [blob]) if self.training else blob

    def _held(self, constant: Constant) -> core.BlobReference:
        blob = self.feed(constant.to_native(self._weights))
        if constant.trained:
            self.bind(constant.name or "", (blob,), lambda arrays: constant.to_onnx(arrays[0]))
        return blob


def known_results(plan: OperationPlan) -> dict[int, Result]:
    known = {port.tensor: Result(port.type, port.native_shape) for port in plan.inputs}
    known.update((constant.tensor, Result(constant.type, constant.shape)) for constant in plan.constants)
    for operation in plan.operations:
        known.update(zip(operation.outputs, operation.results))
    return known


def carrying(plan: OperationPlan, known: Mapping[int, Result]) -> frozenset[int]:
    """Tensors through which a gradient comes back from the output: fractions all the way."""
    found = {port.tensor for port in plan.outputs}
    for operation in reversed(plan.operations):
        if not found.isdisjoint(operation.outputs):
            found.update(tensor for tensor in operation.inputs if known[tensor].type.startswith("float"))
    return frozenset(found)


@dataclass(frozen=True)
class Step:
    """One operation, as what builds it sees it."""

    builder: OperationBuilder
    operation: Operation

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.operation.settings

    def number(self, name: str) -> float:
        """A setting as a float: an argument that is written as a whole number is another one to Caffe2."""
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
        """Whether a gradient comes back to the first result."""
        return self.builder.carries(self.operation.outputs[0])

    def call(
        self, operator: str, inputs: Sequence[core.BlobReference], **arguments: Any
    ) -> core.BlobReference:
        return self.builder.operate(operator, inputs, **arguments)


# Of one result, or of several.
Build = Callable[[Step], Union[core.BlobReference, Sequence[core.BlobReference]]]


def plain(operator: str, **arguments: Any) -> Build:
    """An operator of all operands."""
    return lambda step: step.call(operator, step.operands, **arguments)


def with_numbers(operator: str, **names: str) -> Build:
    """An operator of all operands with settings: Caffe2's name of each, and the plan's."""
    return lambda step: step.call(
        operator, step.operands, **{own: step.number(name) for own, name in names.items()}
    )

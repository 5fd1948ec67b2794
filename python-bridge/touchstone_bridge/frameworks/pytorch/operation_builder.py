"""What the operations of a plan build with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

import torch
from torch import fx

from ...artefact import Tensors
from ...lowering.operations import Constant, Operation, OperationPlan, TypedPort, result_types
from .module_builder import ModuleBuilder, as_is

# Python's numbers are floats and 64-bit integers, which these take without a word.
NUMBERS = {"float32", "float64", "float16", "int32", "int64"}


class OperationBuilder(ModuleBuilder):
    """One lowering under way. Tensors go by the numbers that the plan gives them."""

    def __init__(
        self,
        plan: OperationPlan,
        weights: Tensors,
        trainable: Sequence[str],
        training: bool,
    ) -> None:
        super().__init__(trainable)
        self.training = training
        self._weights = weights
        self._constants = {constant.tensor: constant for constant in plan.constants}
        self._reads = Counter(tensor for operation in plan.operations for tensor in operation.inputs)
        self._reads.update(port.tensor for port in plan.outputs)
        self._values = {port.tensor: self.input(number) for number, port in enumerate(plan.inputs)}
        given: list[TypedPort | Constant] = [*plan.inputs, *plan.constants]
        self._types = {each.tensor: each.type for each in given}
        # Whether any tensor may have no elements: most models have none such, and simpler calls.
        self.has_empty = (
            any(0 in each.onnx_shape for each in plan.inputs)
            or any(0 in each.shape for each in plan.constants)
            or any(
                begin == end
                for operation in plan.operations
                if operation.kind == "Slice"
                for begin, end in zip(operation.settings["begins"], operation.settings["ends"])
            )
        )

    def type(self, tensor: int) -> str:
        return self._types[tensor]

    def is_read(self, tensor: int) -> bool:
        return self._reads[tensor] > 0

    def constant(self, tensor: int) -> tuple[str | None, torch.Tensor] | None:
        """Name and value, for a layer to have as its own: not of what is computed, nor of what learns elsewhere too."""
        constant = self._constants.get(tensor)
        if constant is None:
            return None
        if constant.trained and (self._reads[tensor] > 1 or constant.is_rearranged):
            return None
        return constant.name if constant.trained else None, self._tensor(constant)

    def constant_rank(self, tensor: int) -> int | None:
        """None of what is computed."""
        constant = self._constants.get(tensor)
        return None if constant is None else len(constant.shape)

    def number(self, tensor: int) -> float | int | None:
        """A literal scalar as a Python number."""
        constant = self._constants.get(tensor)
        if constant is None or constant.name is not None or constant.shape or constant.type not in NUMBERS:
            return None
        number: float | int = constant.to_native(self._weights).item()
        return number

    def value(self, tensor: int) -> fx.Node:
        """As an operand; constants are registered on the module at their first use."""
        if tensor not in self._values:
            self._values[tensor] = self._held(self._constants[tensor])
        return self._values[tensor]

    def define(self, operation: Operation, results: Sequence[fx.Node]) -> None:
        self._values.update(zip(operation.outputs, results))
        self._types.update(zip(operation.outputs, result_types(operation, self.type)))

    def _tensor(self, constant: Constant) -> torch.Tensor:
        return torch.tensor(constant.to_native(self._weights))

    def _held(self, constant: Constant) -> fx.Node:
        if not constant.trained:
            return self.hold(f"constant_{constant.tensor}", self._tensor(constant), None, as_is)
        return self.hold(
            f"weight_{constant.tensor}", self._tensor(constant), constant.name, to_onnx(constant)
        )


def to_onnx(constant: Constant) -> Callable[[Sequence[torch.Tensor]], torch.Tensor]:
    """A value or a gradient as the whole weight in ONNX layout."""
    return lambda tensors: torch.from_numpy(constant.to_onnx(tensors[0].numpy()))


@dataclass(frozen=True)
class Step:
    """One operation, as what builds it sees it."""

    builder: OperationBuilder
    operation: Operation

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.operation.settings

    @property
    def operands(self) -> tuple[fx.Node, ...]:
        return tuple(map(self.builder.value, self.operation.inputs))

    @property
    def x(self) -> fx.Node:
        return self.builder.value(self.operation.inputs[0])

    @property
    def second(self) -> fx.Node | float | int:
        """As a number where it is one: what a user would write."""
        tensor = self.operation.inputs[1]
        number = self.builder.number(tensor)
        return self.builder.value(tensor) if number is None else number

    @property
    def type(self) -> torch.dtype:
        """Of the first operand."""
        return dtype(self.builder.type(self.operation.inputs[0]))

    def call(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> fx.Node:
        return self.builder.call(function, *arguments, **options)


def dtype(name: str) -> torch.dtype:
    found: torch.dtype = getattr(torch, name)
    return found


# Of one result, or of several.
Build = Callable[[Step], Union[fx.Node, Sequence[fx.Node]]]


def plain(function: Callable[..., Any]) -> Build:
    """A call with all operands and nothing else."""
    return lambda step: step.call(function, *step.operands)


def with_number(function: Callable[..., Any]) -> Build:
    """A call with two operands, of which the second may be a number."""
    return lambda step: step.call(function, step.x, step.second)

"""What the operations of a plan are built with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

import torch
from torch import fx, nn

from ...artefact import Tensors
from ...lowering.operations import Constant, Operation, OperationPlan
from .module_builder import ModuleBuilder

# Python's floats and integers convert to these as a user would expect.
SCALAR_TYPES = {"float32", "float64", "float16", "int32", "int64"}


class Builder(ModuleBuilder):
    """The module of one plan. Tensors go by the numbers that the plan gives them."""

    def __init__(self, plan: OperationPlan, weights: Tensors, training: bool) -> None:
        super().__init__()
        self.training = training
        self._weights = weights
        self._constants = {constant.tensor: constant for constant in plan.constants}
        self._parameters: dict[int, nn.Parameter] = {}
        self._reads = Counter(tensor for operation in plan.operations for tensor in operation.inputs)
        self._reads.update(port.tensor for port in plan.outputs)
        self._values = {port.tensor: self.input(number) for number, port in enumerate(plan.inputs)}
        self._results = plan.results()

    def type(self, tensor: int) -> torch.dtype:
        return dtype(self._results[tensor].type)

    def shape(self, tensor: int) -> tuple[int, ...]:
        return self._results[tensor].shape

    def is_read(self, tensor: int) -> bool:
        return self._reads[tensor] > 0

    def is_constant(self, *tensors: int) -> bool:
        """Whether a layer can have all of them as its own."""
        return all(tensor in self._constants for tensor in tensors)

    def tensor(self, tensor: int) -> torch.Tensor:
        """A copy of a constant."""
        return torch.tensor(self._constants[tensor].to_native(self._weights))

    def parameter(self, tensor: int) -> nn.Parameter:
        """A constant as a parameter, the same one for all layers that have it. Frozen where it is not trained."""
        if tensor not in self._parameters:
            trained = self._constants[tensor].trained
            self._parameters[tensor] = nn.Parameter(self.tensor(tensor), requires_grad=trained)
        return self._parameters[tensor]

    def number(self, tensor: int) -> float | int | None:
        """A scalar that is not trained as a Python number; None for anything else."""
        constant = self._constants.get(tensor)
        if constant is None or constant.trained or constant.shape or constant.type not in SCALAR_TYPES:
            return None
        number: float | int = constant.to_native(self._weights).item()
        return number

    def value(self, tensor: int) -> fx.Node:
        """An operand of a function; constants are registered on the module at their first use."""
        if tensor not in self._values:
            self._values[tensor] = self._held(self._constants[tensor])
        return self._values[tensor]

    def define(self, operation: Operation, results: Sequence[fx.Node]) -> None:
        self._values.update(zip(operation.outputs, results))

    def _held(self, constant: Constant) -> fx.Node:
        if constant.trained:
            return self.hold(f"weight_{constant.tensor}", self.parameter(constant.tensor))
        return self.hold(f"constant_{constant.tensor}", self.tensor(constant.tensor))


@dataclass(frozen=True)
class Step:
    """One operation of the plan, as the function that builds it sees it."""

    builder: Builder
    operation: Operation

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.operation.settings

    @property
    def inputs(self) -> tuple[int, ...]:
        return self.operation.inputs

    @property
    def operands(self) -> tuple[fx.Node, ...]:
        return tuple(map(self.builder.value, self.inputs))

    @property
    def x(self) -> fx.Node:
        """The first operand."""
        return self.builder.value(self.inputs[0])

    @property
    def second(self) -> fx.Node | float | int:
        """The second operand; a constant scalar is a Python number, as a user would write it."""
        tensor = self.inputs[1]
        number = self.builder.number(tensor)
        return self.builder.value(tensor) if number is None else number

    @property
    def type(self) -> torch.dtype:
        """Type of the first operand."""
        return self.builder.type(self.inputs[0])

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the first operand."""
        return self.builder.shape(self.inputs[0])

    def call(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> fx.Node:
        return self.builder.call(function, *arguments, **options)


def dtype(name: str) -> torch.dtype:
    found: torch.dtype = getattr(torch, name)
    return found


# Returns one result, or several.
Build = Callable[[Step], Union[fx.Node, Sequence[fx.Node]]]


def plain(function: Callable[..., Any]) -> Build:
    """A call with all operands and nothing else."""
    return lambda step: step.call(function, *step.operands)


def with_number(function: Callable[..., Any]) -> Build:
    """A call with two operands, where the second may be a number."""
    return lambda step: step.call(function, step.x, step.second)

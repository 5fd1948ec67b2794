"""What the operations of a plan are built with: symbols, and the parameters that they read.

Symbols are of MXNet's NumPy interface (`mx.np`, `mx.npx`), which has arrays without axes and without elements; `legacy`
calls what only the other interface has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import mxnet as mx
import numpy as np

from ...artefact import Array, Tensors
from ...lowering.operations import Constant, Operation, OperationPlan, Result

Symbol = Any
Operand = Union[Symbol, float, int]


class Builder:
    """The symbols of one plan under construction. Tensors are identified by their numbers in the plan."""

    def __init__(self, plan: OperationPlan, weights: Tensors) -> None:
        # Initial values of the parameters, by their names.
        self.parameters: Dict[str, Array] = {}
        # Each constant that training updates, and the parameter that holds it.
        self.trained: List[Tuple[Constant, str]] = []
        self._weights = weights
        self._constants = {constant.tensor: constant for constant in plan.constants}
        # Generated names only: the file's own may clash with those that MXNet makes up.
        self.inputs = [
            variable(f"input_{number}", port.native_shape, port.type)
            for number, port in enumerate(plan.inputs)
        ]
        self._values: Dict[int, Symbol] = {
            port.tensor: symbol for port, symbol in zip(plan.inputs, self.inputs)
        }
        # Inputs and constants.
        self._given = {*self._values, *self._constants}
        self._results = plan.results()

    def type(self, tensor: int) -> str:
        return self._results[tensor].type

    def shape(self, tensor: int) -> Tuple[int, ...]:
        return self._results[tensor].shape

    @property
    def has_numpy_shapes(self) -> bool:
        """Whether there are symbols without axes or without elements."""
        return any(not self.shape(tensor) or 0 in self.shape(tensor) for tensor in self._values)

    def is_constant(self, tensor: int) -> bool:
        return tensor in self._constants

    def is_computed(self, *tensors: int) -> bool:
        """Whether operations make all of them."""
        return all(tensor not in self._given for tensor in tensors)

    def frozen(self, tensor: int) -> Optional[Array]:
        """The value of a constant that training does not update; None for anything else."""
        constant = self._constants.get(tensor)
        return None if constant is None or constant.trained else constant.to_native(self._weights)

    def number(self, tensor: int, axes: int, kinds: str) -> Union[float, int, None]:
        """A single number as Python's, as a user would write it beside a tensor of so many axes.

        None for anything else, for one that training updates, and for one that is not finite or no exact double.

        @param kinds: NumPy's kinds of types that are allowed
        """
        constant = self._constants.get(tensor)
        if constant is None or len(constant.shape) > axes or set(constant.shape) - {1}:
            return None
        value = self.frozen(tensor)
        if value is None or value.dtype.kind not in kinds or value.dtype == np.float16:
            return None
        number: Union[float, int] = value.item()
        return number if np.isfinite(number) and number == float(number) else None

    def parameter(self, value: Array) -> Symbol:
        """A new parameter. Gluon has none without elements."""
        if not value.size:
            return mx.sym.np.zeros(value.shape, dtype=value.dtype.name)
        name = f"weight_{len(self.parameters)}"
        self.parameters[name] = np.array(value, order="C")
        return variable(name, value.shape, value.dtype.name)

    def value(self, tensor: int) -> Symbol:
        """As an operand; constants become parameters at their first use."""
        if tensor not in self._values:
            constant = self._constants[tensor]
            symbol = self.parameter(constant.to_native(self._weights))
            if constant.trained:
                self.trained.append((constant, symbol.name))
            self._values[tensor] = symbol
        return self._values[tensor]

    def define(self, operation: Operation, results: Sequence[Symbol]) -> None:
        self._values.update(zip(operation.outputs, results))


def variable(name: str, shape: Tuple[int, ...], kind: str) -> Symbol:
    return mx.sym.var(name, shape=shape, dtype=kind).as_np_ndarray()


@dataclass(frozen=True)
class Step:
    """One operation of the plan, as the function that builds it sees it."""

    builder: Builder
    operation: Operation

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.operation.settings

    @property
    def inputs(self) -> Tuple[int, ...]:
        return self.operation.inputs

    @property
    def operands(self) -> Tuple[Symbol, ...]:
        return tuple(map(self.builder.value, self.inputs))

    @property
    def x(self) -> Symbol:
        """The first operand."""
        return self.builder.value(self.inputs[0])

    @property
    def pair(self) -> Tuple[Operand, Operand]:
        """Two operands, one of them as a number where it is one.

        The first only in floating point: an integer before a tensor of integers makes MXNet compute in float64.
        """
        first, second = self.inputs
        rank = len(self.builder.shape(first)), len(self.builder.shape(second))
        b = self.builder.number(second, rank[0], "fi")
        if b is not None:
            return self.builder.value(first), b
        a = self.builder.number(first, rank[1], "f")
        return self.builder.value(first) if a is None else a, self.builder.value(second)

    @property
    def shapes(self) -> List[Tuple[int, ...]]:
        """Of the operands."""
        return [self.builder.shape(tensor) for tensor in self.inputs]

    @property
    def type(self) -> str:
        """Of the first operand."""
        return self.builder.type(self.inputs[0])

    @property
    def is_floating_point(self) -> bool:
        return self.type.startswith("float")

    @property
    def result(self) -> Result:
        """The first."""
        return self.operation.results[0]


# Returns one result, or several.
Build = Callable[[Step], Union[Symbol, Sequence[Symbol]]]


def plain(function: Callable[..., Any]) -> Build:
    """A call with all operands and nothing else."""
    return lambda step: function(*step.operands)


def with_number(function: Callable[..., Any]) -> Build:
    """A call with two operands, of which one may be a number."""
    return lambda step: function(*step.pair)


def legacy(function: Callable[..., Any], *operands: Symbol, **options: Any) -> Symbol:
    """An operator that the NumPy interface does not name."""
    result = function(*(operand.as_nd_ndarray() for operand in operands), **options)
    return result.as_np_ndarray()

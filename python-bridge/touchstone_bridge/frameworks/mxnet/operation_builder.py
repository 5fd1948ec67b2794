"""What the operations of a plan build with: symbols of MXNet's NumPy interface (`mx.np`, `mx.npx`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import mxnet as mx
import numpy as np

from ...artefact import Array, Tensors
from ...lowering.operations import (
    Constant,
    Operation,
    OperationPlan,
    TypedPort,
    result_types,
)
from .symbol_builder import Symbol, SymbolBuilder

Operand = Union[Symbol, float]


class OperationBuilder(SymbolBuilder):
    """One lowering under way. Tensors go by the numbers that the plan gives them."""

    numpy = True

    def __init__(self, plan: OperationPlan, weights: Tensors) -> None:
        super().__init__()
        self._weights = weights
        self._constants = {constant.tensor: constant for constant in plan.constants}
        self._reads = Counter(tensor for operation in plan.operations for tensor in operation.inputs)
        self._reads.update(port.tensor for port in plan.outputs)
        self.inputs = [
            self.variable(f"input_{number}", shape=port.native_shape, dtype=port.type)
            for number, port in enumerate(plan.inputs)
        ]
        self._values: Dict[int, Symbol] = {
            port.tensor: symbol for port, symbol in zip(plan.inputs, self.inputs)
        }
        given: List[Union[TypedPort, Constant]] = [*plan.inputs, *plan.constants]
        self._types = {each.tensor: each.type for each in given}

    def type(self, tensor: int) -> str:
        return self._types[tensor]

    def shape(self, tensor: int) -> Tuple[int, ...]:
        """As MXNet infers it of what is computed."""
        if tensor in self._constants:
            return self._constants[tensor].shape
        _, (shape,), _ = self.value(tensor).infer_shape()
        return tuple(shape)

    def learns(self, constant: Constant) -> bool:
        return constant.trained

    def own(self, tensor: int) -> Optional[Constant]:
        """A weight or literal that this operation alone reads, as ONNX has it: it may lie as MXNet wants it."""
        constant = self._constants.get(tensor)
        if constant is None:
            return None
        return None if constant.trained and self._reads[tensor] > 1 else constant

    def parameter(self, value: Array) -> Symbol:
        """Gluon has none without elements."""
        return (
            super().parameter(value) if value.size else mx.sym.np.zeros(value.shape, dtype=value.dtype.name)
        )

    def array(self, constant: Constant) -> Array:
        return constant.to_native(self._weights)

    def hold(
        self, constant: Constant, parts: Sequence[Array], assemble: Callable[[List[Array]], Array]
    ) -> List[Symbol]:
        """Its own parameters of an operation; `assemble` makes of them what the plan has."""
        symbols = [self.parameter(part) for part in parts]
        if constant.name is not None and self.learns(constant):
            self.bind(constant.name, symbols, lambda arrays: constant.to_onnx(assemble(arrays)))
        return symbols

    def number(self, tensor: int) -> Optional[float]:
        """A literal scalar as a Python number: what a user would write."""
        constant = self._constants.get(tensor)
        if constant is None or constant.name is not None or constant.shape:
            return None
        number = self.array(constant).item()
        return number if constant.type in ("float32", "float64") and np.isfinite(number) else None

    def value(self, tensor: int) -> Symbol:
        """As an operand; constants become parameters at their first use."""
        if tensor not in self._values:
            self._values[tensor] = self._held(self._constants[tensor])
        return self._values[tensor]

    def define(self, operation: Operation, results: Sequence[Symbol]) -> None:
        self._values.update(zip(operation.outputs, results))
        self._types.update(zip(operation.outputs, result_types(operation, self.type)))

    def _held(self, constant: Constant) -> Symbol:
        if not constant.trained:
            return self.parameter(self.array(constant))
        return self.hold(constant, [self.array(constant)], lambda arrays: arrays[0])[0]


@dataclass(frozen=True)
class Step:
    """One operation, as what builds it sees it."""

    builder: OperationBuilder
    operation: Operation

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.operation.settings

    @property
    def operands(self) -> Tuple[Symbol, ...]:
        return tuple(map(self.builder.value, self.operation.inputs))

    @property
    def x(self) -> Symbol:
        return self.builder.value(self.operation.inputs[0])

    @property
    def pair(self) -> Tuple[Operand, Operand]:
        """Two operands, one of them as a number where it is one."""
        first, second = self.operation.inputs
        a, b = self.builder.number(first), self.builder.number(second)
        if b is not None:
            return self.builder.value(first), b
        return self.builder.value(first) if a is None else a, self.builder.value(second)

    @property
    def type(self) -> str:
        """Of the first operand."""
        return self.builder.type(self.operation.inputs[0])

    @property
    def is_whole(self) -> bool:
        return "int" in self.type


# Of one result, or of several.
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

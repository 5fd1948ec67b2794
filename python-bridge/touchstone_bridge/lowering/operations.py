"""A plan of operations as `adapters/lowering/plan.ts` writes it; `operation.ts` there says what each is.

Everything is settled but the framework's own call: `kind` and `settings` of each operation, and the layout of every
tensor. Tensors are numbered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, List, Mapping, Optional, Sequence, Tuple

import numpy as np

if TYPE_CHECKING:
    from ..artefact import Array, Model, Tensors


@dataclass(frozen=True)
class TypedPort:
    """A graph input or output: `axes[i]` is the ONNX axis at native position i."""

    name: str
    tensor: int
    onnx_type: str
    # In which the framework holds it.
    type: str
    onnx_shape: Tuple[int, ...]
    axes: Tuple[int, ...]

    @property
    def native_shape(self) -> Tuple[int, ...]:
        return tuple(self.onnx_shape[axis] for axis in self.axes)

    def to_native(self, tensors: Tensors) -> Array:
        """An input as the framework's user would hold it: contiguous, of the native type."""
        return np.asarray(held(tensors[self.name], self.type, self.name).transpose(self.axes), order="C")

    def to_onnx(self, native: Array) -> Array:
        """An output back in ONNX's order and type."""
        moved = np.asarray(native).reshape(self.native_shape).transpose(np.argsort(self.axes))
        # Not `ascontiguousarray`, which makes a vector of a scalar.
        return np.asarray(moved.astype(self.onnx_type, copy=False), order="C")


@dataclass(frozen=True)
class Constant:
    """What an operation reads that no input makes: a weight of the graph, its axes in `order`, or a literal."""

    tensor: int
    type: str
    shape: Tuple[int, ...]
    # None for a literal, whose data is `data`.
    name: Optional[str]
    onnx_shape: Tuple[int, ...]
    order: Tuple[int, ...]
    data: Sequence[Any]

    def to_native(self, weights: Tensors) -> Array:
        """A new array in the framework's layout and type."""
        if self.name is None:
            # float("inf") and float("nan") are how JSON has to spell them.
            values = [float(value) if isinstance(value, str) else value for value in self.data]
            return np.asarray(values).astype(self.type).reshape(self.shape)
        array = held(weights[self.name], self.type, self.name).transpose(self.order)
        return np.array(array.reshape(self.shape), order="C")

    def to_onnx(self, native: Array) -> Array:
        """A value or a gradient of the weight in ONNX layout."""
        moved = np.asarray(native).reshape([self.onnx_shape[axis] for axis in self.order])
        return np.asarray(moved.transpose(np.argsort(self.order)), order="C")


@dataclass(frozen=True)
class Result:
    """What a tensor is in the framework."""

    type: str
    shape: Tuple[int, ...]


@dataclass(frozen=True)
class Operation:
    # Name of the ONNX node that it is of.
    node: str
    kind: str
    settings: Mapping[str, Any]
    inputs: Tuple[int, ...]
    outputs: Tuple[int, ...]
    # Of each output.
    results: Tuple[Result, ...] = ()


@dataclass(frozen=True)
class OperationPlan:
    """Operations are in topological order."""

    inputs: Tuple[TypedPort, ...]
    constants: Tuple[Constant, ...]
    operations: Tuple[Operation, ...]
    outputs: Tuple[TypedPort, ...]

    def trained(self, parameters: Sequence[str]) -> List[Constant]:
        """The constants that training moves, each a whole weight."""
        return [constant for constant in self.constants if constant.name in parameters]


def is_operation_plan(model: Model) -> bool:
    """Whether the coordinator planned operations for this model, and not layers."""
    return isinstance(model.plan, dict) and "operations" in model.plan


def read_operation_plan(model: Model) -> OperationPlan:
    """The plan that came with the model; see `is_operation_plan`."""
    raw = model.plan
    return OperationPlan(
        inputs=tuple(map(_port, raw["inputs"])),
        constants=tuple(map(_constant, raw["constants"])),
        operations=tuple(map(_operation, raw["operations"])),
        outputs=tuple(map(_port, raw["outputs"])),
    )


def with_blank_half(half: Array) -> Array:
    """A value or a gradient of a `half_trained` bias, of which only the first half has one."""
    return np.concatenate([half, np.zeros_like(half)], axis=1)


# Kinds whose result says whether something holds.
BOOLEAN = frozenset({"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "IsNaN", "IsInf"})


def result_types(operation: Operation, type_of: Callable[[int], str]) -> Tuple[str, ...]:
    """Of each output, from those of the operands by their tensors."""
    first = type_of(operation.inputs[-1] if operation.kind == "Where" else operation.inputs[0])
    if operation.kind in BOOLEAN:
        return ("bool",)
    if operation.kind == "Cast":
        return (operation.settings["to"],)
    if operation.kind in ("ArgMax", "ArgMin"):
        return ("int64",)
    if operation.kind == "TopK":
        return (first, "int64")
    return (first,) * len(operation.outputs)


def held(array: Array, kind: str, name: str) -> Array:
    """The array in another type. ValueError where a whole number does not fit: nothing is cut off silently."""
    source = np.asarray(array)
    target = source.astype(kind)
    if source.dtype.kind in "iu" and target.dtype.kind in "iu" and (target != source).any():
        raise ValueError(f"{name} holds whole numbers that {kind} does not")
    return target


def _port(raw: Any) -> TypedPort:
    return TypedPort(
        raw["name"],
        raw["tensor"],
        raw["onnxType"],
        raw["type"],
        tuple(raw["onnxShape"]),
        tuple(raw["axes"]),
    )


def _constant(raw: Any) -> Constant:
    source = raw["source"]
    shape = tuple(raw["shape"])
    if source["kind"] == "literal":
        return Constant(raw["tensor"], raw["type"], shape, None, shape, (), source["data"])
    weight = source["weight"]
    order = tuple(weight["arrangement"]["order"])
    return Constant(raw["tensor"], raw["type"], shape, weight["name"], tuple(weight["onnxShape"]), order, ())


def _operation(raw: Any) -> Operation:
    results = tuple(Result(each["type"], tuple(each["shape"])) for each in raw.get("results", ()))
    inputs, outputs = tuple(raw["inputs"]), tuple(raw["outputs"])
    return Operation(raw["node"], raw["kind"], raw["settings"], inputs, outputs, results)

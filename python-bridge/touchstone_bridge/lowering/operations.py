"""A plan of operations as `adapters/lowering/plan.ts` writes it; `operation.ts` there says what each is.

Everything is settled but the framework's own call: `kind` and `settings` of each operation, and the layout of every
tensor. Tensors are numbered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ..errors import UnsupportedError

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
class Range:
    """Half-open index range along each ONNX axis."""

    begins: Tuple[int, ...]
    ends: Tuple[int, ...]

    @property
    def slices(self) -> Tuple[slice, ...]:
        return tuple(map(slice, self.begins, self.ends))

    @property
    def extents(self) -> Tuple[int, ...]:
        return tuple(end - begin for begin, end in zip(self.begins, self.ends))


@dataclass(frozen=True)
class WeightPart:
    """A part of a weight of the graph, rearranged at load: `adapters/lowering/weight-part.ts` says how."""

    name: str
    onnx_shape: Tuple[int, ...]
    order: Tuple[int, ...]
    range: Range
    addend: Optional[Range] = None
    # Never trained: it would scale the gradient.
    factor: Optional[float] = None
    # An ONNX axis, and which of its equal blocks stands at each place.
    blocks: Optional[Tuple[int, Tuple[int, ...]]] = None
    # Extents with ONNX axes split, which `order` is about; those of the range where it is None.
    view: Optional[Tuple[int, ...]] = None

    @property
    def extents(self) -> Tuple[int, ...]:
        """Before the transposition."""
        return self.range.extents if self.view is None else self.view

    def to_native(self, whole: Array) -> Array:
        """As the framework has it, before the constant's own shape is taken."""
        part = whole[self.range.slices]
        if self.addend is not None:
            part = part + whole[self.addend.slices]
        if self.factor is not None:
            part = part * np.asarray(self.factor, part.dtype)
        if self.blocks is not None:
            axis, order = self.blocks
            part = reordered(part, axis, order)
        return part.reshape(self.extents).transpose(self.order)

    def to_onnx(self, native: Array) -> Array:
        """Values or gradients of the part, in ONNX's order."""
        part = native.reshape([self.extents[axis] for axis in self.order])
        part = part.transpose(np.argsort(self.order)).reshape(self.range.extents)
        if self.blocks is not None:
            axis, order = self.blocks
            part = reordered(part, axis, [int(place) for place in np.argsort(order)])
        return part


def reordered(array: Array, axis: int, order: Sequence[int]) -> Array:
    """Equal blocks of one axis in another order."""
    blocks = np.split(array, len(order), axis)
    return np.concatenate([blocks[place] for place in order], axis)


@dataclass(frozen=True)
class Constant:
    """What an operation reads that no input makes: a part of a weight of the graph, or a literal."""

    tensor: int
    type: str
    shape: Tuple[int, ...]
    # None for a literal, whose data is `data`.
    part: Optional[WeightPart] = None
    data: Sequence[Any] = ()
    # Whether training updates it. Each trained part of a weight is one constant of the plan, and no more.
    trained: bool = False

    @property
    def name(self) -> Optional[str]:
        """Name of the weight."""
        return None if self.part is None else self.part.name

    def to_onnx(self, native: Array) -> Array:
        """A value or a gradient as the whole weight in ONNX layout, zero where nothing is trained."""
        return onnx_weights([(self, native)])[self.name or ""]

    def to_native(self, weights: Tensors) -> Array:
        """A new array in the framework's layout and type."""
        if self.part is None:
            # float("inf") and float("nan") are how JSON has to spell them.
            values = [float(value) if isinstance(value, str) else value for value in self.data]
            return np.asarray(values).astype(self.type).reshape(self.shape)
        whole = held(weights[self.part.name], self.type, self.part.name)
        if self.trained and self.part.addend is not None and whole[self.part.addend.slices].any():
            raise ValueError(f"the part of {self.part.name} that training does not update is not zero")
        native = self.part.to_native(whole)
        # One element fills any shape.
        filled = np.full(self.shape, native.item()) if native.size == 1 else native.reshape(self.shape)
        return np.array(filled, native.dtype, order="C")


def onnx_weights(natives: Iterable[Tuple[Constant, Array]]) -> Dict[str, Array]:
    """Values or gradients of trained constants by weight, in ONNX layout; zero where nothing is trained."""
    found: Dict[str, Array] = {}
    for constant, native in natives:
        part = constant.part
        if part is None:
            raise ValueError(f"the literal {constant.tensor} is not trained")
        array = np.asarray(native)
        whole = found.setdefault(part.name, np.zeros(part.onnx_shape, array.dtype))
        whole[part.range.slices] = part.to_onnx(array)
    return found


@dataclass(frozen=True)
class Result:
    """What a tensor is in the framework."""

    type: str
    shape: Tuple[int, ...]


@dataclass(frozen=True)
class Activation:
    """What the kernel of an operation applies to its result."""

    kind: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    # Name of the ONNX node that it is of.
    node: str
    kind: str
    settings: Mapping[str, Any]
    inputs: Tuple[int, ...]
    outputs: Tuple[int, ...]
    # Type and shape of each output.
    results: Tuple[Result, ...] = ()
    # Only where the target's capabilities name it.
    activation: Optional[Activation] = None


@dataclass(frozen=True)
class OperationPlan:
    """Operations are in topological order."""

    inputs: Tuple[TypedPort, ...]
    constants: Tuple[Constant, ...]
    operations: Tuple[Operation, ...]
    outputs: Tuple[TypedPort, ...]

    @property
    def trained(self) -> List[Constant]:
        """The constants that training updates."""
        return [constant for constant in self.constants if constant.trained]

    def results(self) -> Dict[int, Result]:
        """Type and shape of every tensor."""
        found = {port.tensor: Result(port.type, port.native_shape) for port in self.inputs}
        found.update((constant.tensor, Result(constant.type, constant.shape)) for constant in self.constants)
        for operation in self.operations:
            found.update(zip(operation.outputs, operation.results))
        return found


def read_operation_plan(model: Model) -> OperationPlan:
    """The plan that came with the model."""
    raw = model.plan
    return OperationPlan(
        inputs=tuple(map(_port, raw["inputs"])),
        constants=tuple(map(_constant, raw["constants"])),
        operations=tuple(map(_operation, raw["operations"])),
        outputs=tuple(map(_port, raw["outputs"])),
    )


def held(array: Array, kind: str, name: str) -> Array:
    """The array in another type. UnsupportedError where an integer does not fit: nothing is truncated silently."""
    source = np.asarray(array)
    target = source.astype(kind)
    if source.dtype.kind in "iu" and target.dtype.kind in "iu" and (target != source).any():
        raise UnsupportedError(f"{name} holds integers outside the range of {kind}")
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
    source, tensor, kind, shape = raw["source"], raw["tensor"], raw["type"], tuple(raw["shape"])
    if source["kind"] == "literal":
        return Constant(tensor, kind, shape, data=source["data"])
    return Constant(tensor, kind, shape, part=_part(source["weight"]), trained=raw["trained"])


def _part(raw: Any) -> WeightPart:
    onnx_shape = tuple(raw["onnxShape"])
    whole = Range((0,) * len(onnx_shape), onnx_shape)
    blocks, view = raw.get("blocks"), raw.get("view")
    return WeightPart(
        name=raw["name"],
        onnx_shape=onnx_shape,
        order=tuple(raw["order"]),
        range=_range(raw["range"]) if "range" in raw else whole,
        addend=_range(raw["addend"]) if "addend" in raw else None,
        factor=raw.get("factor"),
        blocks=None if blocks is None else (blocks["axis"], tuple(blocks["order"])),
        view=None if view is None else tuple(view),
    )


def _range(raw: Any) -> Range:
    return Range(tuple(raw["begins"]), tuple(raw["ends"]))


def _operation(raw: Any) -> Operation:
    results = tuple(Result(each["type"], tuple(each["shape"])) for each in raw.get("results", ()))
    inputs, outputs, fused = tuple(raw["inputs"]), tuple(raw["outputs"]), raw.get("activation")
    activation = None if fused is None else Activation(fused["kind"], fused["settings"])
    return Operation(raw["node"], raw["kind"], raw["settings"], inputs, outputs, results, activation)

"""A plan of layers as `adapters/lowering/layers/layer-plan.ts` writes it: Keras's vocabulary, channels last.

Layouts are settled there; what remains to do is one native layer or call for each entry. Shapes leave out the batch,
which is always the first axis. Native tensors are numbered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Mapping, Sequence

import numpy as np

from .weights import NativeWeight

if TYPE_CHECKING:
    from ..artefact import Array, Model, Tensors


@dataclass(frozen=True)
class Port:
    """A graph input or output: `axes[i]` is the ONNX axis at native position i; axes of extent 1 may be absent."""

    name: str
    tensor: int
    onnx_shape: tuple[int, ...]
    axes: tuple[int, ...]

    @property
    def native_shape(self) -> tuple[int, ...]:
        """Batch included."""
        return tuple(self.onnx_shape[axis] for axis in self.axes)

    def to_native(self, tensors: Tensors) -> Array:
        """An input as the framework's user would hold it: contiguous float32."""
        absent = [axis for axis in range(len(self.onnx_shape)) if axis not in self.axes]
        moved = np.asarray(tensors[self.name], np.float32).transpose([*self.axes, *absent])
        return np.ascontiguousarray(moved.reshape(self.native_shape))

    def to_onnx(self, native: Array) -> Array:
        """An output back in ONNX order."""
        order = np.argsort(self.axes)
        return np.ascontiguousarray(native.reshape(self.native_shape).transpose(order)).reshape(
            self.onnx_shape
        )


@dataclass(frozen=True)
class Layer:
    """`kind` and `settings` are a `LayerDefinition` of layer-plan.ts; `node` is the ONNX node it stands for."""

    node: str
    kind: str
    settings: Mapping[str, Any]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    # In the order in which a Keras layer lists its own.
    weights: tuple[NativeWeight, ...]


@dataclass(frozen=True)
class Plan:
    """Layers are in topological order."""

    inputs: tuple[Port, ...]
    layers: tuple[Layer, ...]
    outputs: tuple[Port, ...]


def read_plan(model: Model) -> Plan:
    """ValueError where the coordinator sent none: the descriptor has to name `planLayers` as its `plan`."""
    raw = model.plan
    if not isinstance(raw, dict):
        raise ValueError("this framework is driven by a plan of layers, and none came with the model")
    return Plan(
        inputs=tuple(map(_port, raw["inputs"])),
        layers=tuple(map(_layer, raw["layers"])),
        outputs=tuple(map(_port, raw["outputs"])),
    )


def bound(setting: Any, weights: Tensors, otherwise: float) -> float:
    """A bound of `clip`: a number, the name of a constant, or None for none."""
    if setting is None:
        return otherwise
    return float(np.asarray(weights[setting]).reshape(-1)[0]) if isinstance(setting, str) else float(setting)


def _port(raw: Any) -> Port:
    return Port(raw["name"], raw["tensor"], tuple(raw["onnxShape"]), tuple(raw["axes"]))


def _layer(raw: Any) -> Layer:
    definition = dict(raw["definition"])
    return Layer(
        node=raw["node"],
        kind=definition.pop("kind"),
        settings=definition,
        inputs=tuple(raw["inputs"]),
        outputs=tuple(raw["outputs"]),
        weights=tuple(map(NativeWeight.parse, raw["weights"])),
    )


def single(outputs: Sequence[Any]) -> Any:
    """The tensor itself where there is one: a timed call does not pack it."""
    return outputs[0] if len(outputs) == 1 else tuple(outputs)

"""Inputs and outputs of a lowered model, whichever way it was lowered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..artefact import Array, Tensors


class Port(Protocol):
    """Between NumPy arrays by ONNX name and what a framework takes; `TypedPort` of a plan of operations is one."""

    @property
    def name(self) -> str: ...

    def to_native(self, tensors: Tensors) -> Array: ...

    def to_onnx(self, native: Array) -> Array: ...

"""Inputs and outputs of a lowered model, between NumPy arrays by ONNX name and PyTorch's tensors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch

from ...artefact import Array, Model, Tensors
from ...lowering.ports import Port


@dataclass(frozen=True)
class PlainPort:
    """In ONNX's layout and type."""

    name: str

    def to_native(self, tensors: Tensors) -> Array:
        return tensors[self.name]

    def to_onnx(self, native: Array) -> Array:
        return native


def native_inputs(model: Model, ports: Sequence[Port]) -> list[tuple[torch.Tensor, ...]]:
    """One tuple a buffer, in the order of the inputs; copied, so that PyTorch's allocator aligns them."""
    return [tuple(torch.tensor(port.to_native(tensors)) for port in ports) for tensors in model.inputs]


def named(ports: Iterable[Port], output: torch.Tensor | tuple[torch.Tensor, ...]) -> Tensors:
    """Outputs as NumPy arrays by ONNX name."""
    outputs = (output,) if isinstance(output, torch.Tensor) else output
    return {port.name: port.to_onnx(value.numpy()) for port, value in zip(ports, outputs)}

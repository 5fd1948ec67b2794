"""Inputs and outputs of a lowered model, between NumPy arrays by ONNX name and MXNet's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...artefact import Array, TensorInfo, Tensors


@dataclass(frozen=True)
class PlainPort:
    """In ONNX's layout, in float32."""

    info: TensorInfo

    @property
    def name(self) -> str:
        return self.info.name

    def to_native(self, tensors: Tensors) -> Array:
        return np.asarray(tensors[self.name], np.float32)

    def to_onnx(self, native: Array) -> Array:
        return native.reshape(self.info.shape)

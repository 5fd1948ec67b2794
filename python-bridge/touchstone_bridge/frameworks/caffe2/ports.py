"""Inputs and outputs of a lowered model, between NumPy arrays by ONNX name and Caffe2's blobs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...artefact import Array, Tensors


@dataclass(frozen=True)
class PlainPort:
    """In ONNX's layout and type."""

    name: str

    def to_native(self, tensors: Tensors) -> Array:
        return np.asarray(tensors[self.name], order="C")

    def to_onnx(self, native: Array) -> Array:
        return native

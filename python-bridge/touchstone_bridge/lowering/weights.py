"""A framework's own weight, and the way to and from its ONNX tensor: `adapters/lowering/layers/weights.ts`.

LSTM gates: ONNX stacks i, o, f, c along the rows of W [1, 4H, I] and R [1, 4H, H] and has two biases in B [1, 8H];
Keras stacks i, f, c, o along the columns of its kernels [I, 4H] and [H, 4H] and has one bias [4H], which is their sum.
Only the first half of B is trained, so what goes back to ONNX has zeros in the second. A bidirectional LSTM has the
weights of its directions apart, where ONNX has them in one tensor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Iterable, Mapping, Optional, Tuple

import numpy as np

if TYPE_CHECKING:
    from ..artefact import Array, Tensors

# ONNX position of each of Keras's gates.
GATE_ORDER = (0, 2, 3, 1)


@dataclass(frozen=True)
class NativeWeight:
    name: str
    # Of the tensor, or of the part of it that this is.
    onnx_shape: tuple[int, ...]
    shape: tuple[int, ...]
    arrangement: Mapping[str, Any]
    # (index, count): one of `count` equal blocks along the tensor's first axis.
    part: Optional[Tuple[int, int]] = None

    @staticmethod
    def parse(raw: Mapping[str, Any]) -> NativeWeight:
        part = raw.get("part")
        return NativeWeight(
            raw["name"],
            tuple(raw["onnxShape"]),
            tuple(raw["shape"]),
            raw["arrangement"],
            None if part is None else (part["index"], part["count"]),
        )

    def to_native(self, weights: Tensors) -> Array:
        """A new float32 array in the framework's layout."""
        data: Array = np.asarray(weights[self.name], np.float32)
        if self.part is not None:
            data = np.split(data, self.part[1])[self.part[0]]
        kind = self.arrangement["kind"]
        if kind == "permuted":
            native = data.reshape(self.arrangement["view"]).transpose(self.arrangement["order"])
            native = native * np.float32(self.arrangement["factor"])
        elif kind == "repeated":
            native = np.full(self.shape, data.reshape(-1)[0] * np.float32(self.arrangement["factor"]))
        elif kind == "gate-kernel":
            blocks = data.reshape(4, self.arrangement["hidden"], self.arrangement["columns"])
            native = blocks[list(GATE_ORDER)].transpose(2, 0, 1)
        else:
            native = self._summed_bias(data)[list(GATE_ORDER)]
        return np.array(native.reshape(self.shape), np.float32, order="C")

    def to_onnx(self, native: Array) -> Array:
        """A value or a gradient of the weight, or of this part, in ONNX layout. Only of those that can be trained."""
        data: Array = np.asarray(native)
        kind = self.arrangement["kind"]
        if kind == "permuted":
            view, order = self.arrangement["view"], self.arrangement["order"]
            data = data.reshape([view[axis] for axis in order]).transpose(np.argsort(order))
        elif kind == "gate-kernel":
            columns, hidden = self.arrangement["columns"], self.arrangement["hidden"]
            data = data.reshape(columns, 4, hidden).transpose(1, 2, 0)[list(np.argsort(GATE_ORDER))]
        elif kind == "gate-bias":
            first = data.reshape(4, self.arrangement["hidden"])[list(np.argsort(GATE_ORDER))]
            data = np.concatenate([first, np.zeros_like(first)])
        else:
            raise ValueError(f"{self.name} is one value, repeated: it has no gradient of its own")
        return np.ascontiguousarray(data.reshape(self.onnx_shape))

    def _summed_bias(self, data: Array) -> Array:
        halves = data.reshape(2, 4, self.arrangement["hidden"])
        if self.arrangement["trained"] and halves[1].any():
            raise ValueError(
                f"the recurrent half of {self.name} is not zero, and only one bias can be trained"
            )
        total: Array = halves[0] + halves[1]
        return total


def onnx_tensors(natives: Iterable[Tuple[NativeWeight, Array]]) -> Dict[str, Array]:
    """Values or gradients of weights by ONNX name, in ONNX layout, the parts of a tensor put together."""
    found: Dict[str, Dict[int, Array]] = {}
    for weight, native in natives:
        index = 0 if weight.part is None else weight.part[0]
        found.setdefault(weight.name, {})[index] = weight.to_onnx(native)
    return {
        name: parts[0] if len(parts) == 1 else np.concatenate([parts[index] for index in sorted(parts)])
        for name, parts in found.items()
    }

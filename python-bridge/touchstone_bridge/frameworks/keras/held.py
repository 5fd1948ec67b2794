"""Variables of layers, and the constants of the plan that they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Optional

import keras
import numpy as np

from ...artefact import Array, Tensors
from ...lowering.operations import Constant


@dataclass(frozen=True)
class Held:
    variable: Any
    # One behind the other, or their sum. In a sum only the first one may be trained, and then the others are zero.
    constants: tuple[Constant, ...]
    is_sum: bool = False

    @property
    def is_trained(self) -> bool:
        return any(constant.trained for constant in self.constants)

    def to_native(self, weights: Tensors) -> Array:
        """The variable's first value."""
        natives = [constant.to_native(weights) for constant in self.constants]
        if self.is_sum:
            return np.asarray(sum(natives)).reshape(self.variable.shape)
        return np.concatenate([each.reshape(-1) for each in natives]).reshape(self.variable.shape)

    def trained_parts(self, value: Array) -> Iterable[tuple[Constant, Array]]:
        """The parts of a value or a gradient of the variable that belong to constants that training updates."""
        flat, begin = np.asarray(value).reshape(-1), 0
        for constant in self.constants:
            end = begin + int(np.prod(constant.shape))
            if constant.trained:
                yield constant, flat[begin:end].reshape(constant.shape)
            begin = end

    def assign(self, weights: Tensors, training: bool) -> None:
        """In training with what is not trained kept as it is."""
        native = self.to_native(weights)
        self.variable.assign(native)
        if not training or not self.variable.trainable:
            return
        self.variable.trainable = self.is_trained
        if self.is_trained and not self.is_sum and not all(each.trained for each in self.constants):
            self.variable.constraint = self._frozen(native)

    def _frozen(self, native: Array) -> Any:
        is_trained = [np.full(constant.shape, constant.trained).reshape(-1) for constant in self.constants]
        mask = np.concatenate(is_trained).reshape(native.shape)
        rest = np.where(mask, 0, native) if native[~mask].any() else None
        return Frozen(mask.astype(native.dtype), rest)


class Frozen(keras.constraints.Constraint):
    """Keeps a part of a variable, as ONNX's recurrent layers in training have it for one of two biases.

    @param mask: ones where the variable learns, and zeros elsewhere
    @param rest: what stands at these zeros; None for zeros
    """

    def __init__(self, mask: Array, rest: Optional[Array]) -> None:
        self._mask, self._rest = mask, rest

    def __call__(self, w: Any) -> Any:
        learnt = w * keras.ops.convert_to_tensor(self._mask)
        return learnt if self._rest is None else learnt + keras.ops.convert_to_tensor(self._rest)

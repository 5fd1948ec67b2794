"""What every hand-written model is given: the same arrays that the adapters get, in the framework's usual layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

import numpy as np

from ...artefact import Array, Model, Momentum


@dataclass(frozen=True)
class Recipe:
    """`inputs[buffer]` and, in training, `labels[buffer]`, int32."""

    workload: str
    inputs: List[Array]
    labels: List[Array]
    optimiser: Optional[Momentum]

    @property
    def trains(self) -> bool:
        return self.optimiser is not None


def recipe(model: Model, channels_last: bool) -> Recipe:
    """LeNet-5's pictures as [batch, 28, 28, 1] or [batch, 1, 28, 28]; the rows as [batch, 28, 28]."""
    name = model.graph.inputs[0].name
    arrays = [np.asarray(tensors[name], np.float32) for tensors in model.inputs]
    if channels_last and arrays[0].ndim == 4:
        arrays = [array.transpose(0, 2, 3, 1) for array in arrays]
    training = model.manifest.training
    labels = [np.asarray(tensors["labels"], np.int32) for tensors in model.inputs] if training else []
    optimiser = training.optimiser if training else None
    if optimiser is not None and not isinstance(optimiser, Momentum):
        raise ValueError("these recipes are written for momentum")
    return Recipe(
        model.manifest.workload,
        [np.ascontiguousarray(array) for array in arrays],
        labels,
        optimiser,
    )

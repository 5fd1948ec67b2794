"""What every hand-written net is given: the same arrays that the adapters get, in the framework's default layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Mapping, Optional

import numpy as np

from ...artefact import Array, Model, Momentum


@dataclass(frozen=True)
class Recipe:
    """`inputs[buffer]` and, in training, `labels[buffer]`, int32.

    `workload` is without `-small`: sizes come from the shapes of the weights, which have their names in the artefact.
    """

    workload: str
    inputs: List[Array]
    labels: List[Array]
    optimiser: Optional[Momentum]
    weights: Mapping[str, Array]

    @property
    def trains(self) -> bool:
        return self.optimiser is not None


def recipe(model: Model, channels_last: bool) -> Recipe:
    """Images as [batch, height, width, channels] or [batch, channels, height, width]; sequences as they are."""
    name = model.graph.inputs[0].name
    arrays = [np.asarray(tensors[name]) for tensors in model.inputs]
    if channels_last and arrays[0].ndim == 4:
        arrays = [array.transpose(0, 2, 3, 1) for array in arrays]
    training = model.manifest.training
    labels = [np.asarray(tensors["labels"], np.int32) for tensors in model.inputs] if training else []
    optimiser = training.optimiser if training else None
    if optimiser is not None and not isinstance(optimiser, Momentum):
        raise ValueError("these nets are written for momentum")
    workload = model.manifest.workload
    return Recipe(
        workload[: -len("-small")] if workload.endswith("-small") else workload,
        [np.ascontiguousarray(array) for array in arrays],
        labels,
        optimiser,
        model.weights,
    )

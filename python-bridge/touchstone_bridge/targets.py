"""What a batch has for its loss, beside the graph's inputs."""

from __future__ import annotations

from typing import List, Tuple

import numpy as np

from .artefact import Array, Model


def targets_of(model: Model) -> List[Tuple[Array, ...]]:
    """One entry a buffer: the labels (int32), and the advantages (float32) where the loss takes some."""
    return [
        (
            np.asarray(tensors["labels"], np.int32),
            *([tensors["advantages"]] if "advantages" in tensors else []),
        )
        for tensors in model.inputs
    ]


def loss_name(model: Model) -> str:
    """As model/workload.ts calls it."""
    if model.manifest.training is None:
        raise ValueError("this artefact is not one for training")
    return model.manifest.training.loss

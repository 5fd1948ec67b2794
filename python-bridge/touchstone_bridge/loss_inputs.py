"""What the loss of a batch needs besides the model's output."""

from __future__ import annotations

from typing import List, Tuple

import numpy as np

from .artefact import Array, Model


def loss_inputs_of(model: Model) -> List[Tuple[Array, ...]]:
    """For each buffer the labels (int32) and, for the policy-gradient loss, the advantages (float32)."""
    return [
        (
            np.asarray(tensors["labels"], np.int32),
            *([tensors["advantages"]] if "advantages" in tensors else []),
        )
        for tensors in model.inputs
    ]


def loss_name(model: Model) -> str:
    """The name of the loss in model/workload.ts."""
    if model.manifest.training is None:
        raise ValueError(f"artefact of {model.manifest.workload} has no training")
    return model.manifest.training.loss

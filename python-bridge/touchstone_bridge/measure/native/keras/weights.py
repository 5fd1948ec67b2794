"""Weights of the artefact in the layouts of Keras's layers, channels last."""

from __future__ import annotations

from typing import List, Mapping, Sequence

import numpy as np

from ....artefact import Array
from ..gates import Recurrent

Weights = Mapping[str, Array]


def convolution(weights: Weights, name: str) -> List[Array]:
    """[height, width, channels, filters], and the bias where there is one."""
    kernel = weights[f"{name}.weight"].transpose(2, 3, 1, 0)
    return [kernel, weights[f"{name}.bias"]] if f"{name}.bias" in weights else [kernel]


def dense(weights: Weights, name: str, image: Sequence[int] = ()) -> List[Array]:
    """[inputs, outputs]. `image`: channels, height and width of what is flattened before it."""
    kernel = weights[f"{name}.weight"]
    if image:
        kernel = kernel.reshape(-1, *image).transpose(0, 2, 3, 1).reshape(len(kernel), -1)
    return [np.ascontiguousarray(kernel.T), weights[f"{name}.bias"]]


def normalisation(weights: Weights, name: str) -> List[Array]:
    return [weights[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]


def gates(given: Recurrent, both_biases: bool) -> List[Array]:
    bias = np.stack([given.bias, given.recurrent_bias]) if both_biases else given.bias
    return [given.kernel.T, given.recurrent.T, bias]

"""LeNet-5, as in Caffe2's MNIST tutorial, and the names of a layer's blobs."""

from __future__ import annotations

from typing import Any, Dict, Mapping

from caffe2.python import brew

from ....artefact import Array
from ..recipe import Recipe


def layer(weights: Mapping[str, Array], *names: str) -> Dict[str, Array]:
    """`conv1_w` and `conv1_b`."""
    arrays = {f"{name}_w": weights[f"{name}.weight"] for name in names}
    return {**arrays, **{f"{name}_b": weights[f"{name}.bias"] for name in names}}


def lenet5(model: Any, given: Recipe, threads: int) -> Any:
    brew.conv(model, "data", "conv1", dim_in=1, dim_out=6, kernel=5, pad=2)
    brew.max_pool(model, brew.relu(model, "conv1", "relu1"), "pool1", kernel=2, stride=2)
    brew.conv(model, "pool1", "conv2", dim_in=6, dim_out=16, kernel=5)
    brew.max_pool(model, brew.relu(model, "conv2", "relu2"), "pool2", kernel=2, stride=2)
    brew.fc(model, "pool2", "fc1", dim_in=400, dim_out=120)
    brew.fc(model, brew.relu(model, "fc1", "relu3"), "fc2", dim_in=120, dim_out=84)
    logits = brew.fc(model, brew.relu(model, "fc2", "relu4"), "fc3", dim_in=84, dim_out=10)
    return logits, layer(given.weights, "conv1", "conv2", "fc1", "fc2", "fc3")

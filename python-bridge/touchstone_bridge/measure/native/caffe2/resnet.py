"""ResNet-18 with `brew`, basic blocks with spatial batch normalisation, as in `caffe2.python.models.resnet`."""

from __future__ import annotations

from typing import Any, Dict

from caffe2.python import brew

from ....artefact import Array
from ..recipe import Recipe
from .layers import layer


class Builder:
    def __init__(self, model: Any, given: Recipe) -> None:
        self.model, self.given = model, given
        self.arrays: Dict[str, Array] = layer(given.weights, "fc")

    def convolve(self, x: Any, name: str, stride: int) -> Any:
        """A convolution without bias and its normalisation."""
        own = self.given.weights
        filters, channels, size, _ = own[f"{name}.weight"].shape
        pad = (size - 1) // 2
        brew.conv(self.model, x, name, channels, filters, size, stride=stride, pad=pad, no_bias=True)
        is_test = not self.given.trains
        y = brew.spatial_bn(
            self.model, name, f"{name}_bn", filters, epsilon=1e-5, momentum=0.9, is_test=is_test
        )
        self.arrays[f"{name}_w"] = own[f"{name}.weight"]
        parts = (("s", "weight"), ("b", "bias"), ("rm", "running_mean"), ("riv", "running_var"))
        self.arrays.update({f"{name}_bn_{blob}": own[f"{name}.bn.{part}"] for blob, part in parts})
        return y

    def relu(self, x: Any) -> Any:
        return brew.relu(self.model, x, x)

    def block(self, x: Any, name: str, stride: int) -> Any:
        y = self.relu(self.convolve(x, f"{name}.conv1", stride))
        y = self.convolve(y, f"{name}.conv2", 1)
        if f"{name}.downsample.weight" in self.given.weights:
            x = self.convolve(x, f"{name}.downsample", stride)
        return self.relu(brew.sum(self.model, [x, y], f"{name}_sum"))


def resnet18(model: Any, given: Recipe, threads: int) -> Any:
    builder = Builder(model, given)
    stem = builder.relu(builder.convolve("data", "conv1", 2))
    x = brew.max_pool(model, stem, "pool1", kernel=3, stride=2, pad=1)
    for stage in range(4):
        for place in range(2):
            stride = 2 if stage > 0 and place == 0 else 1
            x = builder.block(x, f"layer{stage + 1}.{place}", stride)
    pooled = brew.average_pool(model, x, "pool2", kernel=given.inputs[0].shape[2] // 32)
    classes, width = given.weights["fc.weight"].shape
    return brew.fc(model, pooled, "fc", dim_in=width, dim_out=classes), builder.arrays

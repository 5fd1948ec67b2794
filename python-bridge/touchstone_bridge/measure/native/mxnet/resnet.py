"""ResNet-18 as a Gluon block, basic blocks with batch normalisation as in its model zoo."""

from __future__ import annotations

from typing import Any, List

from mxnet import gluon
from mxnet.gluon import nn

from ..recipe import Recipe
from .layers import Block, Placed, Weights, layer


class Normalised(gluon.HybridBlock):
    """A convolution without bias and its batch normalisation."""

    def __init__(self, name_of: str, filters: int, size: int, stride: int) -> None:
        super().__init__()
        self.name_of = name_of
        self.conv = nn.Conv2D(filters, size, strides=stride, padding=(size - 1) // 2, use_bias=False)
        self.bn = nn.BatchNorm(momentum=0.9, epsilon=1e-5)

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return self.bn(self.conv(x))

    def weights(self, given: Weights) -> Placed:
        parts = (("gamma", "weight"), ("beta", "bias"))
        running = (("running_mean", "running_mean"), ("running_var", "running_var"))
        arrays = {own: given[f"{self.name_of}.bn.{part}"] for own, part in (*parts, *running)}
        return [(self.conv, {"weight": given[f"{self.name_of}.weight"]}), (self.bn, arrays)]


class BasicBlock(gluon.HybridBlock):
    def __init__(self, name_of: str, width: int, stride: int, is_projected: bool) -> None:
        super().__init__()
        self.first = Normalised(f"{name_of}.conv1", width, 3, stride)
        self.second = Normalised(f"{name_of}.conv2", width, 3, 1)
        self.shortcut = Normalised(f"{name_of}.downsample", width, 1, stride) if is_projected else None

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        y = self.second(F.Activation(self.first(x), act_type="relu"))
        shortcut = self.shortcut(x) if self.shortcut else x
        return F.Activation(shortcut + y, act_type="relu")

    def parts(self) -> List[Normalised]:
        return [self.first, self.second, *([self.shortcut] if self.shortcut else [])]


class ResNet18(Block):
    def __init__(self, given: Recipe) -> None:
        super().__init__()
        width = given.weights["conv1.weight"].shape[0]
        self.stem = Normalised("conv1", width, 7, 2)
        self.blocks = [
            BasicBlock(f"layer{stage + 1}.{place}", width * 2**stage, stride, stride > 1)
            for stage in range(4)
            for place, stride in enumerate((1 if stage == 0 else 2, 1))
        ]
        self.features = nn.HybridSequential()
        self.features.add(self.stem, nn.Activation("relu"), nn.MaxPool2D(3, 2, 1), *self.blocks)
        self.features.add(nn.GlobalAvgPool2D())
        self.fc = nn.Dense(given.weights["fc.weight"].shape[0])

    def hybrid_forward(self, F: Any, image: Any) -> Any:
        return self.fc(self.features(image))

    def weights(self, given: Weights) -> Placed:
        parts = [self.stem, *(part for block in self.blocks for part in block.parts())]
        return [*(placed for part in parts for placed in part.weights(given)), (self.fc, layer(given, "fc"))]

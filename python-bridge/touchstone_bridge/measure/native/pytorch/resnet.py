"""ResNet-18 as a `torch.nn` module: basic blocks with batch normalisation."""

from __future__ import annotations

import re
from typing import Any, Mapping

import torch
from torch import Tensor, nn

from ....artefact import Array


class BasicBlock(nn.Module):
    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: Any = None
        if stride != 1 or channels != width:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, width, 1, stride=stride, bias=False), nn.BatchNorm2d(width)
            )

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y)) + shortcut
        result: Tensor = self.relu(y)
        return result


class ResNet18(nn.Module):
    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        stages = [
            nn.Sequential(
                BasicBlock(width * 2 ** max(0, stage - 1), width * 2**stage, 1 if stage == 0 else 2),
                BasicBlock(width * 2**stage, width * 2**stage, 1),
            )
            for stage in range(4)
        ]
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, image: Tensor) -> Tensor:
        features = self.pool(self.stages(self.stem(image)))
        logits: Tensor = self.fc(torch.flatten(features, 1))
        return logits


def resnet18(weights: Mapping[str, Array]) -> nn.Module:
    net = ResNet18(weights["conv1.weight"].shape[0], weights["fc.weight"].shape[0])
    state = {
        key: torch.from_numpy(weights[name_of(key)].copy())
        for key in net.state_dict()
        if not key.endswith("num_batches_tracked")
    }
    net.load_state_dict(state, strict=False)
    return net


def name_of(key: str) -> str:
    """`stages.1.0.bn2.weight` is `layer2.0.conv2.bn.weight` in the artefact."""
    key = re.sub(r"^stem\.0\.", "conv1.", re.sub(r"^stem\.1\.", "conv1.bn.", key))
    key = re.sub(r"downsample\.0\.", "downsample.", re.sub(r"downsample\.1\.", "downsample.bn.", key))
    key = re.sub(r"bn(\d)\.", r"conv\1.bn.", key)
    return re.sub(r"^stages\.(\d)", lambda match: f"layer{int(match.group(1)) + 1}", key)

"""A grouped convolution and a transformer encoder layer of `torch.nn`, attention by `scaled_dot_product_attention`."""

from __future__ import annotations

from typing import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from ....artefact import Array
from .layers import put, put_layer

WIDTH, HEADS, FEED_FORWARD = 64, 4, 128


class SelfAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.projection = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            layer(x).unflatten(-1, (HEADS, WIDTH // HEADS)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value)
        projected: Tensor = self.projection(mixed.transpose(1, 2).flatten(-2))
        return projected


class AttentionCnn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, WIDTH, 4, stride=4)
        self.grouped = nn.Conv2d(WIDTH, WIDTH, 3, padding=1, groups=8)
        self.attention = SelfAttention()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.linear1 = nn.Linear(WIDTH, FEED_FORWARD)
        self.linear2 = nn.Linear(FEED_FORWARD, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH)
        self.fc = nn.Linear(WIDTH, 10)

    def forward(self, image: Tensor) -> Tensor:
        features = torch.relu(self.grouped(torch.relu(self.stem(image))))
        x = features.flatten(2).transpose(1, 2)
        x = self.norm1(x + self.attention(x))
        x = self.norm2(x + self.linear2(torch.relu(self.linear1(x))))
        logits: Tensor = self.fc(x.mean(dim=1))
        return logits


def attention_cnn(weights: Mapping[str, Array]) -> nn.Module:
    net = AttentionCnn()
    for name in ("stem", "grouped", "norm1", "norm2", "fc"):
        put_layer(net.get_submodule(name), weights, name)
    for name in ("query", "key", "value", "projection"):
        put_linear(net.attention.get_submodule(name), weights, name)
    for name in ("linear1", "linear2"):
        put_linear(net.get_submodule(name), weights, name)
    return net


def put_linear(module: nn.Module, weights: Mapping[str, Array], name: str) -> None:
    """The artefact has them as [inputs, outputs]: they are factors of MatMul."""
    put(module, weight=weights[f"{name}.weight"].T, bias=weights[f"{name}.bias"])

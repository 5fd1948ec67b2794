"""A grouped convolution and a transformer encoder layer as Gluon blocks, attention by `batch_dot` over all heads."""

from __future__ import annotations

from typing import Any

from mxnet import gluon
from mxnet.gluon import nn

from ..recipe import Recipe
from .layers import Block, Placed, Weights, layer

WIDTH, HEADS, FEED_FORWARD = 64, 4, 128
LINEAR = ("query", "key", "value", "projection", "linear1", "linear2")


class SelfAttention(gluon.HybridBlock):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.projection = (nn.Dense(WIDTH, flatten=False) for _ in range(4))

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        query, key, value = (self.heads(F, layer(x)) for layer in (self.query, self.key, self.value))
        scores = F.batch_dot(query, key, transpose_b=True) * (WIDTH // HEADS) ** -0.5
        mixed = F.batch_dot(F.softmax(scores), value).reshape((-1, HEADS, 0, 0), reverse=True)
        return self.projection(mixed.transpose((0, 2, 1, 3)).reshape((0, 0, -1)))

    @staticmethod
    def heads(F: Any, x: Any) -> Any:
        """[batch, positions, width] → [batch * heads, positions, width / heads]"""
        return x.reshape((0, 0, HEADS, -1)).transpose((0, 2, 1, 3)).reshape((-1, 0, 0), reverse=True)


class AttentionCnn(Block):
    def __init__(self, given: Recipe) -> None:
        super().__init__()
        self.stem = nn.Conv2D(WIDTH, 4, strides=4, activation="relu")
        self.grouped = nn.Conv2D(WIDTH, 3, padding=1, groups=8, activation="relu")
        self.attention = SelfAttention()
        self.norm1, self.norm2 = nn.LayerNorm(epsilon=1e-5), nn.LayerNorm(epsilon=1e-5)
        self.linear1 = nn.Dense(FEED_FORWARD, activation="relu", flatten=False)
        self.linear2 = nn.Dense(WIDTH, flatten=False)
        self.fc = nn.Dense(10)

    def hybrid_forward(self, F: Any, image: Any) -> Any:
        x = self.grouped(self.stem(image)).reshape((0, 0, -1)).transpose((0, 2, 1))
        x = self.norm1(x + self.attention(x))
        x = self.norm2(x + self.linear2(self.linear1(x)))
        return self.fc(x.mean(axis=1))

    def weights(self, given: Weights) -> Placed:
        placed = [(getattr(self, name), layer(given, name)) for name in ("stem", "grouped", "fc")]
        for name in LINEAR:
            block = getattr(self if name.startswith("linear") else self.attention, name)
            # Factors of MatMul in the artefact: [inputs, outputs].
            placed.append((block, {"weight": given[f"{name}.weight"].T, "bias": given[f"{name}.bias"]}))
        for name in ("norm1", "norm2"):
            arrays = {"gamma": given[f"{name}.weight"], "beta": given[f"{name}.bias"]}
            placed.append((getattr(self, name), arrays))
        return placed

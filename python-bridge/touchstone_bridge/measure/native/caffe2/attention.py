"""A grouped convolution and a transformer encoder layer: `brew` helpers, attention by BatchMatMul over the heads."""

from __future__ import annotations

from typing import Any

from caffe2.python import brew

from ..recipe import Recipe
from .layers import layer

WIDTH, POSITIONS, HEADS, FEED_FORWARD = 64, 64, 4, 128
LINEAR = ("query", "key", "value", "projection", "linear1", "linear2")


def attention_cnn(model: Any, given: Recipe, threads: int) -> Any:
    batch, own = len(given.inputs[0]), given.weights
    brew.conv(model, "data", "stem", dim_in=3, dim_out=WIDTH, kernel=4, stride=4)
    brew.relu(model, "stem", "relu1")
    brew.conv(model, "relu1", "grouped", dim_in=WIDTH, dim_out=WIDTH, kernel=3, pad=1, group=8)
    image = brew.relu(model, "grouped", "relu2")
    x = model.net.Transpose(reshaped(model, image, "flat", [batch, WIDTH, POSITIONS]), "x", axes=[0, 2, 1])
    x = layer_norm(model, brew.sum(model, [x, attention(model, x, batch)], "sum1"), "norm1")
    wide = brew.relu(model, linear(model, x, "linear1", WIDTH, FEED_FORWARD), "relu3")
    forward = linear(model, wide, "linear2", FEED_FORWARD, WIDTH)
    x = layer_norm(model, brew.sum(model, [x, forward], "sum2"), "norm2")
    mean = model.net.ReduceMean(x, "mean", axes=[1], keepdims=0)
    logits = brew.fc(model, mean, "fc", dim_in=WIDTH, dim_out=10)
    arrays = layer(own, "stem", "grouped", "fc")
    for name in LINEAR:
        # Factors of MatMul in the artefact: [inputs, outputs].
        arrays.update({f"{name}_w": own[f"{name}.weight"].T, f"{name}_b": own[f"{name}.bias"]})
    for name in ("norm1", "norm2"):
        arrays.update({f"{name}_scale": own[f"{name}.weight"], f"{name}_bias": own[f"{name}.bias"]})
    return logits, arrays


def attention(model: Any, x: Any, batch: int) -> Any:
    query, key, value = (heads(model, x, name, batch) for name in ("query", "key", "value"))
    scores = model.net.BatchMatMul([query, key], "scores", trans_b=1)
    scaled = model.net.Scale(scores, "scaled", scale=(WIDTH // HEADS) ** -0.5)
    weights = model.net.Softmax(scaled, "attention", axis=3)
    mixed = model.net.Transpose(
        model.net.BatchMatMul([weights, value], "mixed"), "mixed_t", axes=[0, 2, 1, 3]
    )
    return linear(
        model, reshaped(model, mixed, "joined", [batch, POSITIONS, WIDTH]), "projection", WIDTH, WIDTH
    )


def heads(model: Any, x: Any, name: str, batch: int) -> Any:
    """[batch, heads, positions, width / heads]"""
    split = linear(model, x, name, WIDTH, WIDTH)
    apart = reshaped(model, split, f"{name}_apart", [batch, POSITIONS, HEADS, WIDTH // HEADS])
    return model.net.Transpose(apart, f"{name}_heads", axes=[0, 2, 1, 3])


def linear(model: Any, x: Any, name: str, dim_in: int, dim_out: int) -> Any:
    return brew.fc(model, x, name, dim_in=dim_in, dim_out=dim_out, axis=2)


def layer_norm(model: Any, x: Any, name: str) -> Any:
    return brew.layer_norm(model, x, name, dim_in=WIDTH, axis=2, epsilon=1e-5)[0]


def reshaped(model: Any, x: Any, name: str, shape: "list[int]") -> Any:
    return model.net.Reshape(x, [name, f"{name}_old"], shape=shape)[0]

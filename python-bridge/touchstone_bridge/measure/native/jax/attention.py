"""A grouped convolution and a transformer encoder layer, attention by `jax.nn.dot_product_attention`."""

from __future__ import annotations

from typing import Any, Dict, Tuple

import jax
import jax.numpy as jnp

from ..recipe import Recipe
from .layers import conv_arrays, convolve, dense, dense_arrays

WIDTH, POSITIONS, HEADS = 64, 64, 4
# Factors of MatMul in the artefact: [inputs, outputs] already.
LINEAR = ("query", "key", "value", "projection", "linear1", "linear2")


def layer_norm(parameters: Any, name: str, x: Any) -> Any:
    mean, variance = jnp.mean(x, -1, keepdims=True), jnp.var(x, -1, keepdims=True)
    normal = (x - mean) * jax.lax.rsqrt(variance + 1e-5)
    return normal * parameters[name + "_w"] + parameters[name + "_b"]


def attention(parameters: Any, x: Any) -> Any:
    query, key, value = (
        dense(parameters, name, x).reshape(-1, POSITIONS, HEADS, WIDTH // HEADS)
        for name in ("query", "key", "value")
    )
    mixed = jax.nn.dot_product_attention(query, key, value)
    return dense(parameters, "projection", mixed.reshape(-1, POSITIONS, WIDTH))


def apply(parameters: Any, x: Any) -> Any:
    x = jax.nn.relu(convolve(x, parameters["stem_w"], 4) + parameters["stem_b"])
    x = jax.nn.relu(convolve(x, parameters["grouped_w"], 1, "SAME", 8) + parameters["grouped_b"])
    x = x.reshape(-1, POSITIONS, WIDTH)
    x = layer_norm(parameters, "norm1", x + attention(parameters, x))
    forward = dense(parameters, "linear2", jax.nn.relu(dense(parameters, "linear1", x)))
    x = layer_norm(parameters, "norm2", x + forward)
    return dense(parameters, "fc", jnp.mean(x, 1))


def attention_cnn(given: Recipe) -> Tuple[Any, Dict[str, Any]]:
    own = given.weights
    arrays = {**conv_arrays(own, "stem"), **conv_arrays(own, "grouped"), **dense_arrays(own, "fc")}
    for name in (*LINEAR, "norm1", "norm2"):
        arrays.update({f"{name}_w": own[f"{name}.weight"], f"{name}_b": own[f"{name}.bias"]})
    return apply, arrays

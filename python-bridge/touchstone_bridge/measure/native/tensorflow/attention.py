"""A grouped convolution and a transformer encoder layer as a `tf.Module` of `tf.nn` operations.

Not Keras's layers: its grouped convolution is compiled by itself inside a `tf.function` and trains five times slower.
"""

from __future__ import annotations

from typing import Any, Tuple

import tensorflow as tf

from ..keras import weights
from ..recipe import Recipe

WIDTH, POSITIONS, HEADS = 64, 64, 4
PER_HEAD = WIDTH // HEADS


class Linear(tf.Module):
    """Over the last axis."""

    def __init__(self, kernel: Any, bias: Any) -> None:
        self.kernel, self.bias = tf.Variable(kernel), tf.Variable(bias)

    def __call__(self, x: Any) -> Any:
        if len(x.shape) == 2:
            return tf.matmul(x, self.kernel) + self.bias
        return tf.tensordot(x, self.kernel, 1) + self.bias


class LayerNorm(tf.Module):
    def __init__(self, scale: Any, shift: Any) -> None:
        self.scale, self.shift = tf.Variable(scale), tf.Variable(shift)

    def __call__(self, x: Any) -> Any:
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        return tf.nn.batch_normalization(x, mean, variance, self.shift, self.scale, 1e-5)


class AttentionCnn(tf.Module):
    def __init__(self, given: Recipe) -> None:
        own = given.weights
        self.stem, self.stem_bias = map(tf.Variable, weights.convolution(own, "stem"))
        self.grouped, self.grouped_bias = map(tf.Variable, weights.convolution(own, "grouped"))
        names = ("query", "key", "value", "projection", "linear1", "linear2")
        self.linear = {name: Linear(own[f"{name}.weight"], own[f"{name}.bias"]) for name in names}
        self.norm1 = LayerNorm(own["norm1.weight"], own["norm1.bias"])
        self.norm2 = LayerNorm(own["norm2.weight"], own["norm2.bias"])
        self.fc = Linear(*weights.dense(own, "fc"))

    def __call__(self, image: Any) -> Any:
        x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(image, self.stem, 4, "VALID"), self.stem_bias))
        x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, self.grouped, 1, "SAME"), self.grouped_bias))
        x = tf.reshape(x, [-1, POSITIONS, WIDTH])
        x = self.norm1(x + self.attention(x))
        x = self.norm2(x + self.linear["linear2"](tf.nn.relu(self.linear["linear1"](x))))
        return self.fc(tf.reduce_mean(x, 1))

    def attention(self, x: Any) -> Any:
        query, key, value = (self.heads(x, name) for name in ("query", "key", "value"))
        scores = tf.matmul(query, key, transpose_b=True) * PER_HEAD**-0.5
        mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
        return self.linear["projection"](tf.reshape(mixed, [-1, POSITIONS, WIDTH]))

    def heads(self, x: Any, name: str) -> Any:
        split = tf.reshape(self.linear[name](x), [-1, POSITIONS, HEADS, PER_HEAD])
        return tf.transpose(split, [0, 2, 1, 3])


def attention_cnn(given: Recipe) -> Tuple[Any, Any]:
    net = AttentionCnn(given)
    return net, net.trainable_variables

"""A grouped convolution and a transformer encoder layer with Keras's own layers, `MultiHeadAttention` among them."""

from __future__ import annotations

import keras
from keras import layers

from ..recipe import Recipe
from . import weights
from .layers import last_activation

WIDTH, HEADS = 64, 4
PER_HEAD = WIDTH // HEADS


def attention_cnn(given: Recipe) -> keras.Model:
    stem = layers.Conv2D(WIDTH, 4, strides=4, activation="relu")
    grouped = layers.Conv2D(WIDTH, 3, padding="same", groups=8, activation="relu")
    attention = layers.MultiHeadAttention(HEADS, PER_HEAD)
    norm1, norm2 = (layers.LayerNormalization(epsilon=1e-5) for _ in range(2))
    linear1, linear2 = layers.Dense(128, activation="relu"), layers.Dense(WIDTH)
    last = layers.Dense(10, activation=last_activation(given))

    image = keras.Input(given.inputs[0].shape[1:])
    x = layers.Reshape((64, WIDTH))(grouped(stem(image)))
    x = norm1(x + attention(x, x))
    x = norm2(x + linear2(linear1(x)))
    net = keras.Model(image, last(layers.GlobalAveragePooling1D()(x)))

    own = given.weights
    stem.set_weights(weights.convolution(own, "stem"))
    grouped.set_weights(weights.convolution(own, "grouped"))
    attention.set_weights(
        [
            *(
                own[f"{name}.{part}"].reshape(shape)
                for name in ("query", "key", "value")
                for part, shape in PROJECTED
            ),
            own["projection.weight"].reshape(HEADS, PER_HEAD, WIDTH),
            own["projection.bias"],
        ]
    )
    for name, layer in (("norm1", norm1), ("norm2", norm2), ("linear1", linear1), ("linear2", linear2)):
        # Factors of MatMul: [inputs, outputs] already.
        layer.set_weights([own[f"{name}.weight"], own[f"{name}.bias"]])
    last.set_weights(weights.dense(own, "fc"))
    return net


PROJECTED = (("weight", (WIDTH, HEADS, PER_HEAD)), ("bias", (HEADS, PER_HEAD)))

"""The networks of framework-fixtures.ts in NumPy float64, from the definitions of the ONNX operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from touchstone_bridge.artefact import Array

Weights = Mapping[str, Array]
Network = Callable[[Weights, Array], Array]


def linear(weights: Weights, x: Array) -> Array:
    return dense(weights, x)


def convolutional(weights: Weights, x: Array) -> Array:
    """Convolution 3 × 3 with pad 1, ReLU, max pooling 2 × 2, linear layer. x: [N, 1, H, W]"""
    batch, _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    kernel = weights["conv.weight"]
    maps = np.zeros((batch, len(kernel), height, width)) + weights["conv.bias"][:, None, None]
    for row in range(3):
        for column in range(3):
            shifted = padded[:, :, row : row + height, column : column + width]
            maps += np.einsum("nchw,fc->nfhw", shifted, kernel[:, :, row, column])
    blocks = np.maximum(maps, 0).reshape(batch, len(kernel), height // 2, 2, width // 2, 2)
    return dense(weights, blocks.max(axis=(3, 5)).reshape(batch, -1))


def lstm(weights: Weights, x: Array) -> Array:
    """Gates in ONNX's order i, o, f, c; linear layer on the last hidden state. x: [N, steps, inputs]"""
    w, r, b = (weights[f"lstm.{part}"][0] for part in "WRB")
    input_bias, recurrent_bias = np.split(b, 2)
    hidden, cell = np.zeros((len(x), r.shape[1])), np.zeros((len(x), r.shape[1]))
    for step in range(x.shape[1]):
        sums = x[:, step] @ w.T + hidden @ r.T + input_bias + recurrent_bias
        i, o, f, c = np.split(sums, 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        hidden = sigmoid(o) * np.tanh(cell)
    return dense(weights, hidden)


NETWORKS: Mapping[str, Network] = {"linear": linear, "convolutional": convolutional, "lstm": lstm}


def dense(weights: Weights, x: Array) -> Array:
    result: Array = x @ weights["fc.weight"].T + weights["fc.bias"]
    return result


def sigmoid(x: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-x))
    return result


def softmax(logits: Array) -> Array:
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def cross_entropy(logits: Array, labels: Array) -> float:
    """Mean over the batch of −log softmax(logits)[label]."""
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels]).mean())


def in_float64(tensors: Mapping[str, Array]) -> dict[str, Array]:
    return {name: array.astype(np.float64) for name, array in tensors.items()}


def gradients(network: Network, weights: Weights, x: Array, labels: Array) -> dict[str, Array]:
    """Central differences of the loss in float64; zero for the recurrent bias, which is not trained."""
    exact = in_float64(weights)
    step = 1e-6

    def difference(flat: Array, index: int) -> float:
        value = flat[index]
        losses = []
        for offset in (step, -step):
            flat[index] = value + offset
            losses.append(cross_entropy(network(exact, x), labels))
        flat[index] = value
        return (losses[0] - losses[1]) / (2 * step)

    found = {}
    for name, array in exact.items():
        flat = array.reshape(-1)
        found[name] = np.array([difference(flat, index) for index in range(flat.size)]).reshape(array.shape)
    if "lstm.B" in found:
        found["lstm.B"][:, found["lstm.B"].shape[1] // 2 :] = 0
    return found

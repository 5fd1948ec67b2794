"""What tests compare frameworks with: definitions of operators and losses in NumPy, slopes by central differences."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from touchstone_bridge.artefact import Array

CLASSES = 5


def labels(batch: int, buffer: int) -> Array:
    return (np.arange(batch, dtype=np.int32) + buffer) % CLASSES


def cross_entropy(logits: Array, classes: Array) -> float:
    """Mean over the batch of −log softmax(logits)[label]."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    chosen = shifted[np.arange(len(classes)), classes]
    return float((np.log(np.exp(shifted).sum(axis=1)) - chosen).mean())


def central_differences(
    loss: Callable[[Mapping[str, Array]], float], weights: Mapping[str, Array], name: str, step: float = 1e-6
) -> Array:
    """Gradient of a float64 loss, element by element."""
    exact = {key: array.astype(np.float64) for key, array in weights.items()}
    gradient = np.zeros_like(exact[name])
    for at in np.ndindex(gradient.shape):
        original = exact[name][at]
        exact[name][at] = original + step
        above = loss(exact)
        exact[name][at] = original - step
        gradient[at] = (above - loss(exact)) / (2 * step)
        exact[name][at] = original
    return gradient


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array, axis: int) -> Array:
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)


def windows(
    x: Array, kernel: Sequence[int], stride: int, dilation: int, pads: Sequence[int], fill: float
) -> Array:
    """[N, C, out…, kernel…] by plain slicing; pads are ONNX's, begins then ends."""
    axes = len(kernel)
    x = np.pad(x, [(0, 0), (0, 0), *zip(pads[:axes], pads[axes:])], constant_values=fill)
    outs = [(x.shape[2 + a] - (kernel[a] - 1) * dilation - 1) // stride + 1 for a in range(axes)]
    result = np.empty([*x.shape[:2], *outs, *kernel], x.dtype)
    every: tuple[Any, ...] = (slice(None), slice(None))
    for at in itertools.product(*map(range, outs)):
        where = tuple(
            slice(p * stride, p * stride + (k - 1) * dilation + 1, dilation) for p, k in zip(at, kernel)
        )
        result[every + at] = x[every + where]
    return result


def convolve(
    x: Array, w: Array, b: Array, stride: int, dilation: int, pads: Sequence[int], groups: int
) -> Array:
    """The definition of ONNX's Conv in float64."""
    kernel, per_group = w.shape[2:], w.shape[1]
    seen = windows(x.astype(np.float64), kernel, stride, dilation, pads, 0.0)
    parts = []
    for out in range(w.shape[0]):
        group = out // (w.shape[0] // groups)
        mine = seen[:, group * per_group : (group + 1) * per_group]
        axes = (1, *range(mine.ndim - len(kernel), mine.ndim))
        shape = (1, per_group, *([1] * len(kernel)), *kernel)
        parts.append((mine * w[out].reshape(shape)).sum(axis=axes) + b[out])
    return np.stack(parts, axis=1)

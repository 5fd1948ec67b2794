"""Convolution, pooling and normalisation of feature maps in Caffe2."""

from __future__ import annotations

import itertools
import unittest
from typing import Any, Mapping, Sequence

import numpy as np

from touchstone_bridge.artefact import Array

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference, Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import chains, conv_transpose_cases
from .chains import BATCH, Build, Chain, begin, end, unary
from .definitions import convolve, windows
from .graphs import random

# Pads of each axis, before and behind.
Pads = "list[list[int]]"


def flat(pads: Any) -> "list[int]":
    """Begins, then ends."""
    return [before for before, _ in pads] + [behind for _, behind in pads]


def convolution(
    axes: int, stride: int, dilation: int, pads: Any, groups: int, has_bias: bool, channels: int = 4
) -> Build:
    def function(x: Array, w: Array, *bias: Array) -> Array:
        b = bias[0] if bias else np.zeros(len(w))
        return convolve(x, w, b, stride, dilation, flat(pads), groups)

    def build(chain: Chain, x: int) -> int:
        inputs = [x, chain.weight("w", random(4, channels // groups, *([2] * axes)))]
        if has_bias:
            inputs.append(chain.weight("b", random(4)))
        settings = {"strides": [stride] * axes, "dilations": [dilation] * axes}
        return chain.add("Conv", inputs, function, pads=pads, group=groups, **settings)

    return build


def transposed(case: conv_transpose_cases.Case) -> Build:
    def build(chain: Chain, x: int) -> int:
        drawn = {name: array.astype(np.float32) for name, array in case.arrays().items()}
        inputs = [x, chain.weight("w", drawn["w"]), chain.weight("b", drawn["b"])]
        axes = len(case.kernel)
        return chain.add(
            "ConvTranspose",
            inputs,
            lambda x, w, b: conv_transpose_cases.convolve_transposed(case, {"x": x, "w": w, "b": b}),
            strides=list(case.strides),
            dilations=list(case.dilations),
            pads=[[case.pads[axis], case.pads[axes + axis]] for axis in range(axes)],
            outputPadding=list(case.output_padding),
            group=case.groups,
        )

    return build


def pooling(kind: str, kernel: Sequence[int], stride: int, pads: Any, counted: bool = False) -> Build:
    last = tuple(range(-len(kernel), 0))

    def seen(x: Array, fill: float) -> Array:
        return windows(x, kernel, stride, 1, flat(pads), fill)

    def maximum(x: Array) -> Array:
        return seen(x, -np.inf).max(axis=last)

    def average(x: Array) -> Array:
        count = np.prod(kernel) if counted else seen(np.ones_like(x), 0.0).sum(axis=last)
        return seen(x, 0.0).sum(axis=last) / count

    settings = {
        "kernel": list(kernel),
        "strides": [stride] * len(kernel),
        "dilations": [1] * len(kernel),
        "pads": pads,
        **({"countPads": counted} if kind == "AveragePool" else {}),
    }
    return unary(kind, maximum if kind == "MaxPool" else average, **settings)


def negative(pool: Build) -> Build:
    """On numbers below zero, where a pad of zero would be the maximum."""
    return lambda chain, x: pool(chain, chain.add("Sub", [x, chain.number(6)], np.subtract))


def standardised(x: Array, axes: "tuple[int, ...]", epsilon: float) -> Array:
    deviation = np.sqrt(x.var(axis=axes, keepdims=True) + epsilon)
    return (x - x.mean(axis=axes, keepdims=True)) / deviation


def normalised(kind: str, over: "tuple[int, ...]", shape: "tuple[int, ...]", **settings: Any) -> Build:
    def build(chain: Chain, x: int) -> int:
        scale, bias = (chain.weight(name, random(*shape)) for name in ("scale", "bias"))
        spread = [*shape, *([1] * (2 if kind[0] != "L" else 0))]

        def function(x: Array, scale: Array, bias: Array) -> Array:
            groups = settings.get("groups")
            apart = x if groups is None else x.reshape(len(x), groups, -1)
            result = standardised(apart, over, 1e-2).reshape(x.shape)
            return result * scale.reshape(spread) + bias.reshape(spread)

        return chain.add(kind, [x, scale, bias], function, epsilon=1e-2, **settings)

    return build


def local_response(x: Array) -> Array:
    squares = np.pad(x * x, [(0, 0), (1, 1), (0, 0), (0, 0)])
    total = squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:]
    return x / (1.5 + 0.6 / 3 * total) ** 0.75


def bilinear(x: Array) -> Array:
    """Twice as high; the corners stay where they are."""
    rows = np.linspace(0, x.shape[2] - 1, 2 * x.shape[2])
    low = np.minimum(rows.astype(int), x.shape[2] - 2)
    part_above = (rows - low)[:, None]
    return x[:, :, low] * (1 - part_above) + x[:, :, low + 1] * part_above


IMAGES: Mapping[str, Build] = {
    "instances": normalised("InstanceNormalization", (2, 3), (4,)),
    "groups": normalised("GroupNormalization", (2,), (4,), groups=2),
    "neighbours": unary("LRN", local_response, axis=1, size=3, alpha=0.6, beta=0.75, bias=1.5),
    "padded": unary(
        "Pad",
        lambda x: np.pad(x, [(0, 0), (0, 0), (1, 2), (0, 1)], constant_values=1),
        value=1,
        pads=[[0, 0], [0, 0], [1, 2], [0, 1]],
    ),
    "nearest": unary(
        "Resize",
        lambda x: x.repeat(2, 2).repeat(3, 3),
        mode="nearest",
        sizes=[6, 12],
        coordinates="asymmetric",
        nearest="floor",
    ),
    "linear": unary("Resize", bilinear, mode="linear", sizes=[6, 4], coordinates="align_corners", nearest=""),
    "transposed": unary("Transpose", lambda x: x.transpose(2, 0, 3, 1), perm=[2, 0, 3, 1]),
}


class Windows(chains.ChainCase):
    inference = Caffe2Inference
    training = Caffe2Training

    def test_convolution(self) -> None:
        settings: "list[tuple[tuple[int, ...], int, int, Any, int]]" = [
            ((7,), 2, 1, [[1, 0]], 1),
            ((7,), 1, 2, [[1, 1]], 2),
            ((6, 5), 1, 1, [[1, 1], [1, 1]], 1),
            ((6, 5), 2, 1, [[1, 0], [0, 2]], 2),
            ((6, 5), 1, 2, [[1, 1], [1, 1]], 4),
            ((4, 3, 5), 1, 1, [[1, 0], [0, 0], [1, 1]], 1),
            ((4, 3, 5), 2, 1, [[1, 0], [0, 0], [1, 1]], 2),
        ]
        for (extents, *own), has_bias in itertools.product(settings, (True, False)):
            with self.subTest(extents=extents, own=own, has_bias=has_bias):
                self.both(convolution(len(extents), *own, has_bias), BATCH, 4, *extents)

    def test_transposed_convolution(self) -> None:
        for case in filter(conv_transpose_cases.Case.is_plain_2d, conv_transpose_cases.CASES):
            with self.subTest(case=case):
                chain, x = begin(case.arrays()["x"].shape)
                result = transposed(case)(chain, x)
                self.answers(chain, result)
                # Two examples, and as many rows as there are labels.
                rows = chain.add("Reshape", [result], lambda x: x.reshape(-1), shape=[-1])
                count = chain.shape(rows)[0] // BATCH * BATCH
                cut = {"begins": [0], "ends": [count], "strides": [1]}
                self.learns(chain, end(chain, chain.add("Slice", [rows], lambda x, n=count: x[:n], **cut)))

    def test_maxima(self) -> None:
        settings: "list[tuple[Sequence[int], int, Any]]" = [
            ([2, 2], 2, [[0, 0], [0, 0]]),
            ([2, 2], 2, [[1, 0], [0, 1]]),
            ([3, 3], 2, [[1, 1], [0, 1]]),
            ([2, 2], 1, [[0, 1], [1, 0]]),
        ]
        for kernel, stride, pads in settings:
            with self.subTest(kernel=kernel, pads=pads):
                pool = pooling("MaxPool", kernel, stride, pads)
                self.both(negative(pool), BATCH, 2, 7, 6, scale=3)

    def test_maxima_over_one_axis_and_three(self) -> None:
        for extents, pads in (((7,), [[1, 0]]), ((4, 3, 4), [[1, 0], [0, 0], [1, 1]])):
            chain = Chain(random(2, 2, *extents))
            self.answers(chain, pooling("MaxPool", [2] * len(extents), 2, pads)(chain, 0))

    def test_averages(self) -> None:
        settings: "list[tuple[tuple[int, ...], Any]]" = [
            ((7,), [[1, 0]]),
            ((6, 5), [[1, 0], [0, 1]]),
            ((4, 3, 4), [[0, 0], [0, 0], [0, 0]]),
        ]
        for (extents, pads), counted in itertools.product(settings, (True, False)):
            with self.subTest(extents=extents, counted=counted):
                build = pooling("AveragePool", [2] * len(extents), 2, pads, counted)
                self.both(build, BATCH, 2, *extents)

    def test_a_gradient_goes_to_one_of_tied_maxima(self) -> None:
        chain = Chain(np.ones((BATCH, 1, 4, 4), np.float32))
        scaled = chain.add(
            "Mul", [0, chain.weight("scale", np.ones((BATCH, 1, 4, 4), np.float32))], np.multiply
        )
        pooled = pooling("MaxPool", [2, 2], 2, [[0, 0], [0, 0]])(chain, scaled)
        learner = Caffe2Training(chain.model(end(chain, pooled), learning=True))
        blocks = learner.gradients(0)["scale"].reshape(BATCH, 2, 2, 2, 2).transpose(0, 1, 3, 2, 4)
        np.testing.assert_array_equal((blocks != 0).sum(axis=(3, 4)), np.ones((BATCH, 2, 2)))

    def test_what_is_pooled_and_read_elsewhere_has_both_gradients(self) -> None:
        def build(chain: Chain, x: int) -> int:
            maxima = pooling("MaxPool", [2, 2], 1, [[0, 1], [0, 1]])(chain, x)
            return chain.add("Add", [maxima, chain.add("Mul", [x, x], np.multiply)], np.add)

        self.both(build, BATCH, 2, 4, 3)

    def test_images(self) -> None:
        for name, build in IMAGES.items():
            with self.subTest(name):
                self.both(build, BATCH, 4, 3, 4)

    def test_layers_of_one_axis_and_two(self) -> None:
        self.both(normalised("LayerNormalization", (2,), (4,), axes=[2]), BATCH, 2, 4)
        self.both(normalised("LayerNormalization", (1, 2), (2, 4), axes=[1, 2]), BATCH, 2, 4)

    def test_batch_normalisation_by_given_statistics(self) -> None:
        for shape in ((2, 3), (2, 3, 5), (2, 3, 5, 4)):
            chain = Chain(random(*shape))
            parameters = [random(3, seed=seed) + (1.5 if seed == 3 else 0) for seed in range(4)]

            def function(x: Array, *parameters: Array) -> Array:
                spread = (1, 3, *([1] * (x.ndim - 2)))
                scale, bias, mean, variance = (each.reshape(spread) for each in parameters)
                return scale * (x - mean) / np.sqrt(variance + 1e-3) + bias

            inputs = [0, *map(chain.literal, parameters)]
            self.answers(chain, chain.add("BatchNormalization", inputs, function, axis=1, epsilon=1e-3))

    def test_batch_normalisation_by_the_statistics_of_the_batch(self) -> None:
        for shape in ((BATCH, 4), (BATCH, 4, 5), (BATCH, 4, 3, 2)):
            with self.subTest(shape=shape):
                chain, x = begin(shape)
                scale, bias = (chain.weight(name, random(4, seed=3) + 1) for name in ("scale", "bias"))
                running = [chain.weight(name, random(4) + 1, trained=False) for name in ("mean", "variance")]

                def function(x: Array, scale: Array, bias: Array, *_: Array) -> Array:
                    spread = (4, *([1] * (x.ndim - 2)))
                    found = standardised(x, (0, *range(2, x.ndim)), 1e-2)
                    return found * scale.reshape(spread) + bias.reshape(spread)

                settings = {"axis": 1, "epsilon": 1e-2, "momentum": 0.75}
                inputs = [x, scale, bias, *running]
                result = chain.add("TrainingBatchNormalization", inputs, function, **settings)
                self.learns(chain, end(chain, result))


if __name__ == "__main__":
    unittest.main()

"""Operations of Caffe2 that rearrange elements, read them by indices or reduce them."""

from __future__ import annotations

import unittest
from typing import Any, Mapping

import numpy as np

from touchstone_bridge.artefact import Array

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference, Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import chains
from .chains import BATCH, Build, Chain, end, unary
from .definitions import softmax
from .graphs import random


def part(chain: Chain, x: int) -> int:
    return chain.add_several("Split", [x], lambda x: np.split(x, [1, 3], 2), axis=2, sizes=[1, 2, 1])[1]


def all_parts(chain: Chain, x: int) -> int:
    first, second = chain.add_several("Split", [x], lambda x: np.split(x, 2, 2), axis=2, sizes=[2, 2])
    return chain.add("Mul", [first, second], np.multiply)


def gathered(axis: int, indices: Any) -> Build:
    def build(chain: Chain, x: int) -> int:
        places = chain.literal(np.array(indices, np.int64))
        return chain.add("Gather", [x, places], lambda x, at: np.take(x, at, axis), axis=axis)

    return build


def from_scalar(chain: Chain, x: int) -> int:
    mean = chain.add("ReduceMean", [x], np.mean, axes=[0, 1, 2], keepdims=False)
    single = chain.add("Reshape", [mean], lambda x: x.reshape(1, 1, 1), shape=[1, 1, 1])
    wide = chain.add("Expand", [single], lambda x: np.broadcast_to(x, (BATCH, 2, 4)), shape=[BATCH, 2, 4])
    return chain.add("Mul", [wide, x], np.multiply)


def smallest(chain: Chain, x: int) -> int:
    def lowest(x: Array) -> "tuple[Array, Array]":
        places = np.argsort(x, axis=-1, kind="stable")[..., :2]
        return np.take_along_axis(x, places, -1), places

    return chain.add_several("TopK", [x], lowest, k=2, largest=False)[0]


def sliced(chain: Chain, x: int) -> int:
    settings = {"begins": [0, 1, 0], "ends": [BATCH, 2, 4], "strides": [1, 1, 3]}
    return chain.add("Slice", [x], lambda x: x[:, 1:2, ::3], **settings)


def joined(chain: Chain, x: int) -> int:
    inputs = [x, x, chain.literal(random(BATCH, 2, 1))]
    return chain.add("Concat", inputs, lambda *arrays: np.concatenate(arrays, 2), axis=2)


def running(x: Array) -> Array:
    """Cumulative sums from the end, each without its own element."""
    return np.flip(np.cumsum(np.flip(x, 2), 2), 2) - x


CASES: Mapping[str, Build] = {
    "one part of several": part,
    "all parts": all_parts,
    "columns, one of them twice": gathered(2, [[3, 0], [3, 1]]),
    "a column": gathered(2, 1),
    "rows of matrices": gathered(0, [[2, 0], [2, 2], [1, 0]]),
    "strides": sliced,
    "joined": joined,
    "transposed": unary("Transpose", lambda x: x.transpose(2, 0, 1), perm=[2, 0, 1]),
    "tiled": unary("Tile", lambda x: np.tile(x, (1, 2, 3)), repeats=[1, 2, 3]),
    "padded": unary(
        "Pad",
        lambda x: np.pad(x, [(0, 0), (1, 0), (0, 2)], constant_values=2),
        value=2,
        pads=[[0, 0], [1, 0], [0, 2]],
    ),
    "cumulative sums": unary("CumSum", running, axis=2, exclusive=True, reverse=True),
    "a scalar on the way": from_scalar,
    "a softmax": unary("Softmax", lambda x: softmax(x, 2), axis=2),
    "a softmax along the middle": unary("Softmax", lambda x: softmax(x, 1), axis=1),
    "the logarithm of a softmax": unary("LogSoftmax", lambda x: np.log(softmax(x, 1)), axis=1),
    "the logarithm of a sum": unary(
        "ReduceLogSumExp", lambda x: np.log(np.exp(x).sum(axis=2)), axes=[2], keepdims=False
    ),
    "sums": unary("ReduceSum", lambda x: x.sum(axis=(1, 2)), axes=[1, 2], keepdims=False),
    "means": unary("ReduceMean", lambda x: x.mean(axis=1, keepdims=True), axes=[1], keepdims=True),
    "maxima": unary("ReduceMax", lambda x: x.max(axis=(1, 2)), axes=[1, 2], keepdims=False),
    "minima": unary("ReduceMin", lambda x: x.min(axis=2, keepdims=True), axes=[2], keepdims=True),
    "the smallest two": smallest,
}


class Shapes(chains.ChainCase):
    inference = Caffe2Inference
    training = Caffe2Training

    def test_each(self) -> None:
        for name, build in CASES.items():
            with self.subTest(name):
                self.both(build, BATCH, 2, 4)

    def test_the_first_of_tied_maxima_has_the_gradient(self) -> None:
        chain = Chain(np.zeros((BATCH, 4), np.float32))
        moved = chain.add("Add", [0, chain.weight("offset", np.ones((BATCH, 4), np.float32))], np.add)
        maxima = chain.add("ReduceMax", [moved], lambda x: x.max(1, keepdims=True), axes=[1], keepdims=True)
        learner = Caffe2Training(chain.model(end(chain, maxima), learning=True))
        gradient = learner.gradients(0)["offset"]
        self.assertTrue((gradient[:, 0] != 0).all())
        np.testing.assert_array_equal(gradient[:, 1:], 0)

    def test_over_the_first_and_the_last_axis(self) -> None:
        chain = Chain(random(2, 3, 4))
        self.answers(
            chain, chain.add("ReduceMax", [0], lambda x: x.max(axis=(0, 2)), axes=[0, 2], keepdims=False)
        )

    def test_booleans_are_rearranged(self) -> None:
        chain = Chain(random(2, 1, 3))
        above = chain.add("Greater", [0, chain.number(0)], np.greater)
        transposed = chain.add("Transpose", [above], lambda x: x.transpose(2, 1, 0), perm=[2, 1, 0])
        wide = chain.add("Expand", [transposed], lambda x: np.broadcast_to(x, (3, 2, 2)), shape=[3, 2, 2])
        tiled = chain.add("Tile", [wide], lambda x: np.tile(x, (1, 1, 2)), repeats=[1, 1, 2])
        self.answers(chain, chain.add("Cast", [tiled], np.int64, to="int64"))

    def test_scattered_elements(self) -> None:
        chain = Chain(random(3, 4))
        places = np.array([[1, 0, 2, 0], [0, 2, 1, 1]], np.int64)

        def scatter(x: Array, at: Array, updates: Array) -> Array:
            result = x.copy()
            np.put_along_axis(result, at, updates, 0)
            return result

        inputs = [0, chain.literal(places), chain.literal(random(2, 4))]
        self.answers(chain, chain.add("ScatterElements", inputs, scatter, axis=0, reduction="none"))

    def test_scattered_slices(self) -> None:
        chain = Chain(random(3, 4, 2))
        places = np.array([[1, 3], [0, 2], [2, 0]], np.int64)

        def scatter(x: Array, at: Array, updates: Array) -> Array:
            result = x.copy()
            result[tuple(at.T)] = updates
            return result

        inputs = [0, chain.literal(places), chain.literal(random(3, 2))]
        self.answers(chain, chain.add("ScatterND", inputs, scatter, reduction="none"))

    def test_rows_of_a_table_are_an_embedding(self) -> None:
        chain = Chain(np.array([[1, 5], [1, 0], [3, 1]], np.int64))
        table = chain.weight("table", random(6, 4))
        rows = chain.add("Gather", [table, 0], lambda x, at: x[at], axis=0)
        self.learns(chain, end(chain, rows))


if __name__ == "__main__":
    unittest.main()

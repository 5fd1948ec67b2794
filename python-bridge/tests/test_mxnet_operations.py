"""What MXNet's own function would answer otherwise, or refuse, and gradients beside differences."""

from __future__ import annotations

import itertools
import unittest
from dataclasses import replace
from typing import Any, Callable, Sequence

import numpy as np

from touchstone_bridge.artefact import Array

try:
    from touchstone_bridge.frameworks.mxnet.models import MxnetInference, MxnetTraining
except ImportError as missing:
    raise unittest.SkipTest("MXNet is not in this environment") from missing

from . import chains
from .chains import BATCH, Build, Chain, begin, end, unary
from .conv_transpose_cases import Case, convolve_transposed
from .definitions import convolve, windows
from .graphs import make_graph, make_model, random
from .plans import operation, port

RESULT = 100


class Answers(unittest.TestCase):
    """Of types that a `Chain` has not."""

    def test_halves_are_rounded_to_even(self) -> None:
        x = np.array([0.5, 1.5, 2.5, -0.5, -1.5], np.float32)
        for kind in ("float32", "float64", "float16"):
            self.check("Round", [x.astype(kind)], np.rint(x).astype(kind))

    def test_integers_are_divided_towards_zero(self) -> None:
        a, b = np.array([7, -7, 7, -7, 2**31 - 1], np.int32), np.array([2, 2, -2, -2, 3], np.int32)
        self.check("Div", [a, b], np.array([3, -3, -3, 3, 715827882], np.int32))

    def test_a_floating_point_remainder_of_zero_is_not_a_number(self) -> None:
        a, b = np.array([5, -5, 5, -5], np.float32), np.array([3, 3, np.inf, 0], np.float32)
        self.check("Mod", [a, b], np.array([2, 1, 5, np.nan], np.float32), fmod=False)

    def test_pads_have_their_value(self) -> None:
        x = np.array([[1, 2]], np.float32)
        self.check("Pad", [x], np.array([[7, 1, 2]], np.float32), pads=[[0, 0], [1, 0]], value=7)

    def test_bools(self) -> None:
        a, b = np.array([[True], [False]]), np.array([True, False])
        self.check("And", [a, b], a & b)
        self.check("Or", [a, b], a | b)
        self.check("Xor", [a, b], a ^ b)
        self.check("Transpose", [a], a.T, perm=[1, 0])
        self.check("Reverse", [a], a[::-1], axes=[0])

    def test_integers(self) -> None:
        a, b = np.array([[2**40 + 1, 3]]), np.array([[5], [7]])
        self.check("MatMul", [a, b], a @ b)
        self.check("Relu", [np.array([-2, 3])], np.array([0, 3]))
        self.check("Add", [a, a], a + a)

    def test_there_are_scalars_and_arrays_without_elements(self) -> None:
        self.check("Exp", [np.array(1, np.float32)], np.exp(np.array(1, np.float32)))
        self.check("Transpose", [np.zeros((2, 0), np.float32)], np.zeros((0, 2), np.float32), perm=[1, 0])
        self.check("ArgMax", [np.ones((2, 3), np.float32)], np.zeros((2, 1), np.int64), axis=1, keepdims=True)

    def check(self, kind: str, operands: Sequence[Array], wanted: Array, **settings: Any) -> None:
        names = [f"x{place}" for place in range(len(operands))]
        inputs = dict(zip(names, operands))
        result = {"type": str(wanted.dtype), "shape": list(wanted.shape)}
        plan = {
            "inputs": [port(name, place, array) for place, (name, array) in enumerate(inputs.items())],
            "constants": [],
            "operations": [
                {**operation(kind, range(len(operands)), [RESULT], **settings), "results": [result]}
            ],
            "outputs": [port("y", RESULT, wanted)],
        }
        graph = make_graph([], inputs, {}, {"y": wanted}, ["y"])
        inference = MxnetInference(replace(make_model(graph, {}, [inputs], None), plan=plan))
        found = inference.read(inference.run(0))["y"]
        self.assertEqual((found.shape, found.dtype), (wanted.shape, wanted.dtype))
        np.testing.assert_allclose(found, wanted, 1e-5)


def convolution(groups: int, has_bias: bool) -> Build:
    def function(x: Array, w: Array, *bias: Array) -> Array:
        return convolve(x, w, bias[0] if bias else np.zeros(len(w)), 1, 1, [1, 1, 1, 1], groups)

    def build(chain: Chain, x: int) -> int:
        filters = chain.weight("w", random(4, 4 // groups, 3, 3))
        operands = [x, filters, *([chain.weight("b", random(4))] if has_bias else [])]
        settings = {"strides": [1, 1], "dilations": [1, 1], "pads": [[1, 1], [1, 1]]}
        return chain.add("Conv", operands, function, group=groups, **settings)

    return build


def pooling(kind: str, counted: bool = False) -> Build:
    def seen(x: Array, fill: float) -> Array:
        return windows(x, [2, 2], 2, 1, [1, 0, 1, 0], fill)

    def average(x: Array) -> Array:
        count = 4 if counted else seen(np.ones_like(x), 0.0).sum(axis=(-2, -1))
        return seen(x, 0.0).sum(axis=(-2, -1)) / count

    def maximum(x: Array) -> Array:
        return seen(x, -np.inf).max(axis=(-2, -1))

    settings = {"kernel": [2, 2], "strides": [2, 2], "dilations": [1, 1], "pads": [[1, 1], [0, 0]]}
    if kind == "MaxPool":
        return unary(kind, maximum, **settings)
    return unary(kind, average, countPads=counted, **settings)


def with_weight(kind: str, function: Callable[..., Array], shape: "tuple[int, ...]") -> Build:
    def build(chain: Chain, x: int) -> int:
        other = chain.weight("other", np.abs(random(*shape)) + np.float32(0.5))
        return chain.add(kind, [x, other], function)

    return build


def with_numbers(kind: str, function: Callable[..., Array], shape: "tuple[int, ...]") -> Build:
    """One behind x, and one before that."""

    def build(chain: Chain, x: int) -> int:
        number = chain.literal(np.full(shape, 0.7, np.float32))
        return chain.add(kind, [number, chain.add(kind, [x, number], function)], function)

    return build


def normalised(x: Array, axes: "tuple[int, ...]") -> Array:
    centred: Array = x - x.mean(axis=axes, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + 1e-5)


def batch_normalisation(
    kind: str, function: Callable[..., Array], channels: int = 2, **settings: Any
) -> Build:
    def build(chain: Chain, x: int) -> int:
        affine = (random(channels, seed=seed) for seed in range(2))
        operands = [chain.weight(name, each) for name, each in zip(("scale", "bias"), affine)]
        running = [np.resize(np.array(each, np.float32), channels) for each in ([0.3, -0.2], [1.5, 0.7])]
        operands += [
            chain.weight(f"running{place}", each, trained=False) for place, each in enumerate(running)
        ]
        return chain.add(kind, [x, *operands], function, axis=1, epsilon=1e-5, **settings)

    return build


def along_channels(vector: Array) -> Array:
    return vector.reshape(-1, 1, 1)


class Gradients(chains.ChainCase):
    inference = MxnetInference
    training = MxnetTraining

    def test_convolutions(self) -> None:
        for groups, has_bias in ((1, True), (2, False), (4, True)):
            with self.subTest(groups=groups):
                self.both(convolution(groups, has_bias), BATCH, 4, 5, 5)

    def test_transposed_convolution(self) -> None:
        case = Case((2, 2), (2, 2), (0, 0, 0, 0), (1, 0), (1, 1))

        def build(chain: Chain, x: int) -> int:
            arrays = case.arrays()
            operands = [x, *(chain.weight(name, arrays[name].astype(np.float32)) for name in ("w", "b"))]
            settings = {
                "strides": [2, 2],
                "dilations": [1, 1],
                "pads": [[0, 0], [0, 0]],
                "group": case.groups,
            }
            return chain.add(
                "ConvTranspose",
                operands,
                lambda x, w, b: convolve_transposed(case, {"x": x, "w": w, "b": b}),
                outputPadding=[1, 0],
                **settings,
            )

        self.both(build, BATCH, *case.arrays()["x"].shape[1:])

    def test_poolings(self) -> None:
        self.both(pooling("MaxPool"), BATCH, 2, 5, 4)
        for counted in (True, False):
            self.both(pooling("AveragePool", counted), BATCH, 2, 5, 4)
        for keepdims in (True, False):
            build = unary(
                "ReduceMean",
                lambda x, keepdims=keepdims: x.mean(axis=(2, 3), keepdims=keepdims),
                axes=[2, 3],
                keepdims=keepdims,
            )
            self.both(build, BATCH, 2, 5, 4)

    def test_batch_normalisation(self) -> None:
        def by_running(x: Array, scale: Array, bias: Array, mean: Array, variance: Array) -> Array:
            standard = (x - along_channels(mean)) / np.sqrt(along_channels(variance) + 1e-5)
            return standard * along_channels(scale) + along_channels(bias)

        def by_batch(x: Array, scale: Array, bias: Array, *_: Array) -> Array:
            return normalised(x, (0, 2, 3)) * along_channels(scale) + along_channels(bias)

        self.both(batch_normalisation("BatchNormalization", by_running), BATCH, 2, 4, 3)
        chain, x = begin((BATCH, 2, 4, 3))
        build = batch_normalisation("TrainingBatchNormalization", by_batch, momentum=0.9)
        self.learns(chain, end(chain, build(chain, x)))

    def test_batch_normalisation_of_sequences_behind_a_convolution(self) -> None:
        def pointwise(x: Array, w: Array) -> Array:
            product: Array = np.einsum("ncl,ocl->nol", x, w * np.ones_like(x, shape=(1, 1, x.shape[2])))
            return product

        def by_batch(x: Array, scale: Array, bias: Array, *_: Array) -> Array:
            return normalised(x, (0, 2)) * scale.reshape(-1, 1) + bias.reshape(-1, 1)

        chain, x = begin((BATCH, 3, 5))
        settings = {"strides": [1], "dilations": [1], "pads": [[0, 0]], "group": 1}
        filtered = chain.add("Conv", [x, chain.weight("w", random(8, 3, 1))], pointwise, **settings)
        # As many channels as oneDNN holds in a layout of its own.
        build = batch_normalisation("TrainingBatchNormalization", by_batch, channels=8, momentum=0.9)
        self.learns(chain, end(chain, build(chain, filtered)))

    def test_layer_normalisation_without_a_bias(self) -> None:
        def build(chain: Chain, x: int) -> int:
            scale = chain.weight("scale", random(4))
            function = lambda x, scale: normalised(x, (-1,)) * scale  # noqa: E731
            return chain.add("LayerNormalization", [x, scale], function, axes=[2], epsilon=1e-5)

        self.both(build, BATCH, 2, 4)

    def test_arithmetic(self) -> None:
        functions = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}
        for (kind, function), shape in itertools.product(functions.items(), ((BATCH, 2, 4), (2, 1), (1,))):
            with self.subTest(kind=kind, shape=shape):
                self.both(with_weight(kind, function, shape), BATCH, 2, 4)
        for (kind, function), shape in itertools.product(functions.items(), ((), (1,))):
            with self.subTest(kind=kind, shape=shape):
                self.both(with_numbers(kind, function, shape), BATCH, 2)

    def test_sums_of_results_inputs_and_constants(self) -> None:
        """oneDNN's sum is of results only."""
        chain, x = begin((BATCH, 4))
        fixed = chain.literal(random(BATCH, 4))
        found = chain.add("Add", [x, chain.add("Neg", [x], np.negative)], np.add)
        for first, second in ((fixed, x), (x, 0), (0, x)):
            found = chain.add("Add", [found, chain.add("Add", [first, second], np.add)], np.add)
        self.answers(chain, found)
        self.learns(chain, end(chain, found))

    def test_elements_that_move(self) -> None:
        def later(x: Array) -> Array:
            """Sums of what comes behind along the second axis."""
            return np.flip(np.cumsum(np.flip(x, 1), 1), 1) - x

        def pad(x: Array) -> Array:
            return np.pad(x, [(0, 0), (2, 0), (0, 1)], constant_values=1)

        self.both(unary("CumSum", later, axis=1, exclusive=True, reverse=True), BATCH, 3, 4)
        parts = {"begins": [0, 1, 0], "ends": [3, 3, 4], "strides": [1, 1, 3]}
        self.both(unary("Slice", lambda x: x[:, 1:3, ::3], **parts), BATCH, 3, 4)
        self.both(unary("Pad", pad, pads=[[0, 0], [2, 0], [0, 1]], value=1), BATCH, 3, 4)
        self.both(unary("Tile", lambda x: np.tile(x, (1, 2, 2)), repeats=[1, 2, 2]), BATCH, 3, 4)
        self.both(
            unary("Expand", lambda x: np.broadcast_to(x, (BATCH, 2, 4)), shape=[BATCH, 2, 4]), BATCH, 1, 4
        )

    def test_rows_of_a_table_are_an_embedding(self) -> None:
        def build(chain: Chain, x: int) -> int:
            table, places = chain.weight("table", random(6, 4)), chain.literal(np.array([1, 1, 5]))
            rows = chain.add("Gather", [table, places], lambda table, places: table[places], axis=0)
            return chain.add("Add", [rows, x], np.add)

        self.both(build, BATCH, 4)

    def test_images_are_resized(self) -> None:
        """Each place is the mean of two, or of the corners themselves."""
        settings = {"mode": "linear", "nearest": "", "sizes": [2, 2]}
        halves = unary(
            "Resize",
            lambda x: x.reshape(BATCH, 2, 2, 2, 2, 2).mean(axis=(3, 5)),
            coordinates="half_pixel",
            **settings,
        )
        corners = unary("Resize", lambda x: x[:, :, ::3, ::3], coordinates="align_corners", **settings)
        for build in (halves, corners):
            self.both(build, BATCH, 2, 4, 4)


if __name__ == "__main__":
    unittest.main()

"""What a framework must hold of dense layers and products of matrices: answers, and gradients of every operand. Test
modules derive from `Products` and name the framework's models.
"""

from __future__ import annotations

import numpy as np

from touchstone_bridge.artefact import Array

from . import chains
from .chains import BATCH, Build, Chain, end
from .definitions import CLASSES
from .graphs import random


def product(*shape: int, first: bool = True) -> Build:
    """x · weight, or weight · x."""

    def build(chain: Chain, x: int) -> int:
        weight = chain.weight("matrices", random(*shape))
        result = chain.add("MatMul", [x, weight] if first else [weight, x], np.matmul)
        if chain.shape(result)[0] == BATCH:
            return result
        # The batch of x is its second axis in front of matrices.
        return chain.add("Transpose", [result], lambda x: x.transpose(1, 0, 2, 3), perm=[1, 0, 2, 3])

    return build


def dense(axes: int, has_bias: bool) -> Build:
    """@param axes: last axes of x that are the inputs together"""

    def function(x: Array, weight: Array, *bias: Array) -> Array:
        rows = x.shape[: x.ndim - axes]
        return x.reshape(*rows, -1) @ weight.T + (bias[0] if bias else 0)

    def build(chain: Chain, x: int) -> int:
        shape = chain.shape(x)
        inputs = int(np.prod(shape[len(shape) - axes :]))
        weight = chain.weight("weight", random(6, inputs))
        operands = [x, weight, *([chain.weight("bias", random(6))] if has_bias else [])]
        return chain.add("Gemm", operands, function, transB=True)

    return build


class Products(chains.ChainCase):
    """Test modules import this module and not the class, which would be collected with them."""

    def test_matrices(self) -> None:
        self.both(product(4, 5), BATCH, 4)
        self.both(product(4, 5), BATCH, 2, 4)
        self.both(product(BATCH, 4, 5), BATCH, 2, 4)
        self.both(product(BATCH, 5, 2, first=False), BATCH, 2, 4)

    def test_transposed_matrices(self) -> None:
        def transposed(x: Array, y: Array) -> Array:
            return x @ y.swapaxes(-1, -2)

        for shape in ((5, 4), (BATCH, 5, 4), (1, 5, 4)):

            def build(chain: Chain, x: int, shape: "tuple[int, ...]" = shape) -> int:
                matrices = chain.weight("matrices", random(*shape))
                return chain.add("FusedMatMul", [x, matrices], transposed, transB=True)

            with self.subTest(shape=shape):
                self.both(build, BATCH, 2, 4)
                if len(shape) == 2:
                    self.both(build, BATCH, 4)

    def test_matrices_that_broadcast(self) -> None:
        self.both(product(2, 1, 4, 2), BATCH, 2, 4)
        self.both(product(5, 2, first=False), BATCH, 2, 4)

    def test_dense_layers(self) -> None:
        for has_bias in (True, False):
            with self.subTest(has_bias=has_bias):
                self.both(dense(1, has_bias), BATCH, 4)
                self.both(dense(1, has_bias), BATCH, 2, 4)

    def test_a_weight_in_two_layouts_learns_as_one(self) -> None:
        """logits = (x · w) · wᵀ · v"""
        chain = Chain(random(BATCH, 4))
        weight = chain.weight("w", random(4, CLASSES))
        found = chain.add("MatMul", [0, weight], np.matmul)
        transposed = chain.add("Transpose", [weight], np.transpose, perm=[1, 0])
        found = chain.add("MatMul", [found, transposed], np.matmul)
        self.learns(chain, chain.add("MatMul", [found, chain.weight("v", random(4, CLASSES))], np.matmul))

    def test_a_part_of_a_weight_learns_alone(self) -> None:
        chain = Chain(random(BATCH, 4))
        weight = random(4, 6)
        halves = [
            chain.weight("w", weight, np.s_[:, :2]),
            chain.weight("w", weight, np.s_[:, 2:], trained=False),
        ]
        whole = chain.add("Concat", halves, lambda *parts: np.concatenate(parts, 1), axis=1)
        result = chain.add("MatMul", [0, whole], np.matmul)
        self.learns(chain, end(chain, result), {"w": np.s_[:, 2:]})


class FlatteningProducts(Products):
    """For a framework whose dense layer flattens the last axes of x by itself."""

    def test_a_dense_layer_flattens_by_itself(self) -> None:
        self.both(dense(3, True), BATCH, 2, 3, 2)
        self.both(dense(2, True), BATCH, 2, 3, 2)

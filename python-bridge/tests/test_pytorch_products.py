"""Dense layers and products of matrices of PyTorch."""

from __future__ import annotations

import unittest

import numpy as np

try:
    from touchstone_bridge.frameworks.pytorch.models import TorchInference, TorchTraining
except ImportError as missing:
    raise unittest.SkipTest("PyTorch is not in this environment") from missing

from touchstone_bridge.artefact import Array

from . import products_contract
from .chains import BATCH, Chain
from .graphs import random


class Products(products_contract.Products):
    inference = TorchInference
    training = TorchTraining

    def test_attention(self) -> None:
        def attended(query: Array, key: Array, value: Array, *scale: Array) -> Array:
            weights = np.exp(query @ key.swapaxes(-1, -2) * (scale[0] if scale else 1))
            found: Array = weights / weights.sum(axis=-1, keepdims=True) @ value
            return found

        for scale in (None, 0.3):

            def build(chain: Chain, x: int, scale: "float | None" = scale) -> int:
                given = [
                    chain.weight("key", random(BATCH, 5, 4)),
                    chain.weight("value", random(BATCH, 5, 6, seed=2)),
                ]
                scales = [] if scale is None else [chain.number(scale)]
                return chain.add("Attention", [x, *given, *scales], attended)

            with self.subTest(scale=scale):
                self.both(build, BATCH, 2, 4)


if __name__ == "__main__":
    unittest.main()

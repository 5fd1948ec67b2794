"""Equations of the float64 reference against explicit loops and central differences."""

from __future__ import annotations

import math
import unittest

import numpy as np

try:
    import torch

    from touchstone_bridge.reference.equations import OPERATIONS
except ImportError as missing:
    raise unittest.SkipTest("PyTorch is not in this environment") from missing

from .conv_transpose_cases import CASES, Case, convolve_transposed
from .graphs import make_node

COORDINATES = 5


def by_equation(case: Case, values: dict[str, torch.Tensor]) -> torch.Tensor:
    node = make_node("ConvTranspose", ["x", "w", "b"], ["y"], case.attributes())
    result = OPERATIONS["ConvTranspose"](node, [values["x"], values["w"], values["b"]])[0]
    assert result is not None
    return result


class TransposedConvolution(unittest.TestCase):
    def test_every_element(self) -> None:
        for case in CASES:
            if case.dilated():
                continue
            with self.subTest(case=case):
                arrays = case.arrays()
                values = {name: torch.from_numpy(array) for name, array in arrays.items()}
                found = by_equation(case, values).numpy()
                np.testing.assert_allclose(found, convolve_transposed(case, arrays), rtol=1e-12, atol=1e-12)

    def test_gradients(self) -> None:
        """Gradients of a loss with another factor for every element, at some coordinates of x, W and B."""
        for case in CASES:
            if case.dilated():
                continue
            arrays = case.arrays()
            tracked = {name: torch.from_numpy(array).requires_grad_(True) for name, array in arrays.items()}
            result = by_equation(case, tracked)
            factors = np.cos(np.arange(result.numel())).reshape(result.shape)
            (result.square() * torch.from_numpy(factors)).sum().backward()

            def loss(moved: dict[str, np.ndarray], case: Case = case, factors: np.ndarray = factors) -> float:
                return float((convolve_transposed(case, moved) ** 2 * factors).sum())

            for name, array in arrays.items():
                gradient = tracked[name].grad
                assert gradient is not None
                for index in range(0, array.size, max(array.size // COORDINATES, 1)):
                    moved = {each: value.copy() for each, value in arrays.items()}
                    flat = moved[name].reshape(-1)
                    flat[index] += 1e-5
                    above = loss(moved)
                    flat[index] -= 2e-5
                    derivative = (above - loss(moved)) / 2e-5
                    with self.subTest(case=case, name=name, index=index):
                        self.assertAlmostEqual(float(gradient.reshape(-1)[index]), derivative, delta=1e-6)

    def test_unsupported_attributes_are_rejected(self) -> None:
        x, w = torch.zeros(1, 1, 3, 3), torch.zeros(1, 1, 2, 2)
        unsupported: list[dict[str, list[int] | str]] = [
            {"dilations": [2, 2]},
            {"auto_pad": "SAME_UPPER"},
            {"output_shape": [6, 6]},
        ]
        for attributes in unsupported:
            node = make_node("ConvTranspose", ["x", "w"], ["y"], attributes)
            with self.assertRaises(NotImplementedError):
                OPERATIONS["ConvTranspose"](node, [x, w])


class AttentionOperators(unittest.TestCase):
    """Softmax, LayerNormalization and ReduceMean, one position after the other."""

    def setUp(self) -> None:
        self.x = np.random.default_rng(1).normal(size=(2, 3, 4))

    def run_node(
        self, operator: str, attributes: dict[str, list[int] | int], *more: np.ndarray
    ) -> np.ndarray:
        arrays = (self.x, *more)
        names = [f"in{place}" for place in range(len(arrays))]
        node = make_node(operator, names, ["y"], attributes)
        result = OPERATIONS[operator](node, [torch.from_numpy(array) for array in arrays])[0]
        assert result is not None
        return np.asarray(result)

    def test_softmax(self) -> None:
        found = self.run_node("Softmax", {"axis": 1})
        for n, c in np.ndindex(2, 4):
            column = [math.exp(value) for value in self.x[n, :, c]]
            np.testing.assert_allclose(found[n, :, c], np.divide(column, sum(column)), rtol=1e-12)

    def test_layer_normalisation(self) -> None:
        scale, shift = np.array([1.0, 2.0, -1.0, 0.5]), np.array([0.0, 1.0, 2.0, 3.0])
        found = self.run_node("LayerNormalization", {"axis": -1}, scale, shift)
        for n, t in np.ndindex(2, 3):
            row = self.x[n, t]
            mean = sum(row) / 4
            deviation = math.sqrt(sum((value - mean) ** 2 for value in row) / 4 + 1e-5)
            expected = [
                (value - mean) / deviation * a + b for value, a, b in zip(row, scale, shift, strict=True)
            ]
            np.testing.assert_allclose(found[n, t], expected, rtol=1e-12)

    def test_mean_over_an_axis(self) -> None:
        found = self.run_node("ReduceMean", {"axes": [1], "keepdims": 0})
        self.assertEqual(found.shape, (2, 4))
        np.testing.assert_allclose(found[1, 2], (self.x[1, 0, 2] + self.x[1, 1, 2] + self.x[1, 2, 2]) / 3)


if __name__ == "__main__":
    unittest.main()

"""Equations of the float64 references against explicit loops and central differences."""

from __future__ import annotations

import unittest

import numpy as np

try:
    import torch

    from touchstone_bridge.reference.equations import OPERATIONS
except ImportError as missing:
    raise unittest.SkipTest("PyTorch is not in this environment") from missing

from .graphs import make_node
from .transposed_cases import CASES, Case, convolve_transposed

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
                arrays = case.draw()
                values = {name: torch.from_numpy(array) for name, array in arrays.items()}
                found = by_equation(case, values).numpy()
                np.testing.assert_allclose(found, convolve_transposed(case, arrays), rtol=1e-12, atol=1e-12)

    def test_gradients(self) -> None:
        """Of a loss that weighs every element differently, at some coordinates of x, W and B."""
        for case in CASES:
            if case.dilated():
                continue
            arrays = case.draw()
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

    def test_refuses_what_has_no_equation(self) -> None:
        x, w = torch.zeros(1, 1, 3, 3), torch.zeros(1, 1, 2, 2)
        refused: list[dict[str, list[int] | str]] = [
            {"dilations": [2, 2]},
            {"auto_pad": "SAME_UPPER"},
            {"output_shape": [6, 6]},
        ]
        for attributes in refused:
            node = make_node("ConvTranspose", ["x", "w"], ["y"], attributes)
            with self.assertRaises(NotImplementedError):
                OPERATIONS["ConvTranspose"](node, [x, w])


if __name__ == "__main__":
    unittest.main()

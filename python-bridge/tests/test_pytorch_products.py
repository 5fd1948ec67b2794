"""Dense layers and products of matrices of PyTorch."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.pytorch.models import TorchInference, TorchTraining
except ImportError as missing:
    raise unittest.SkipTest("PyTorch is not in this environment") from missing

from . import products_contract


class Products(products_contract.Products):
    inference = TorchInference
    training = TorchTraining


if __name__ == "__main__":
    unittest.main()

"""Dense layers and products of matrices of MXNet."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.mxnet.models import MxnetInference, MxnetTraining
except ImportError as missing:
    raise unittest.SkipTest("MXNet is not in this environment") from missing

from . import products_contract


class Products(products_contract.FlatteningProducts):
    inference = MxnetInference
    training = MxnetTraining


if __name__ == "__main__":
    unittest.main()

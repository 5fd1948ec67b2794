"""Dense layers and products of matrices of Caffe2."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference, Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import products_contract


class Products(products_contract.FlatteningProducts):
    inference = Caffe2Inference
    training = Caffe2Training


if __name__ == "__main__":
    unittest.main()

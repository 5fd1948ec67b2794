"""The LSTM layer of Caffe2."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import lstm_contract


class Lstm(lstm_contract.Lstm):
    model = Caffe2Inference


if __name__ == "__main__":
    unittest.main()

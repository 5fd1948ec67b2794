"""The LSTM layer of Caffe2."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from touchstone_bridge.errors import UnsupportedError

from . import lstm_contract
from .graphs import random
from .lstm_contract import BATCH, INPUT, STEPS, draw


class Lstm(lstm_contract.Lstm):
    model = Caffe2Inference

    def test_reverse_is_refused(self) -> None:
        x, weights = random(STEPS, BATCH, INPUT), draw(1)
        with self.assertRaisesRegex(UnsupportedError, "LSTM with"):
            self.run_lstm(x, weights, ["yh"], {"direction": "reverse"})


if __name__ == "__main__":
    unittest.main()

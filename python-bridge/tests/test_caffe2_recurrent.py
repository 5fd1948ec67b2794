"""Recurrent layers of Caffe2."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Inference, Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import recurrent_contract
from .recurrences import Layer


class Recurrent(recurrent_contract.Recurrent):
    inference = Caffe2Inference
    training = Caffe2Training
    gates = {"LSTM": "ifoc", "GRU": "rzh", "RNN": "h"}

    def test_a_gru_that_resets_before_its_product(self) -> None:
        for direction in ("forward", "reverse"):
            self.check(Layer("GRU", direction, "rzh", linear_before_reset=False), 0)


if __name__ == "__main__":
    unittest.main()

"""Recurrent layers of MXNet."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.mxnet.models import MxnetInference, MxnetTraining
except ImportError as missing:
    raise unittest.SkipTest("MXNet is not in this environment") from missing

from . import recurrent_contract


class Recurrent(recurrent_contract.Recurrent):
    inference = MxnetInference
    training = MxnetTraining
    gates = {"LSTM": "ifco", "GRU": "rzh", "RNN": "h"}


if __name__ == "__main__":
    unittest.main()

"""Loss, optimiser and reset of Caffe2."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import steps_contract
from .chains import begin, end
from .recurrences import BATCH, STEPS, VALUES, Layer


class Steps(steps_contract.Steps):
    training = Caffe2Training

    def test_reset_restores_the_weights_of_a_recurrent_layer(self) -> None:
        chain, x = begin((STEPS, BATCH, VALUES))
        last = Layer("LSTM", "forward", "ifoc").add(chain, x, ["last"])[1]
        learner = Caffe2Training(chain.model(end(chain, last), learning=True))
        first = [learner.step(0) for _ in range(4)]
        learner.reset()
        self.assertEqual([learner.step(0) for _ in range(4)], first)
        self.assertLess(first[-1], first[0])


if __name__ == "__main__":
    unittest.main()

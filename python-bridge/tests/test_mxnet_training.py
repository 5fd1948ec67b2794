"""Loss, optimiser and reset of MXNet."""

from __future__ import annotations

import unittest

import numpy as np

try:
    from touchstone_bridge.frameworks.mxnet.models import MxnetTraining
except ImportError as missing:
    raise unittest.SkipTest("MXNet is not in this environment") from missing

from . import steps_contract
from .chains import begin, end


class Steps(steps_contract.Steps):
    training = MxnetTraining

    def test_reset_restores_running_statistics(self) -> None:
        """The kernel updates them; that of this mode reads them too."""
        chain, x = begin((3, 2, 4, 4))
        operands = [chain.weight(name, np.ones(2, np.float32)) for name in ("scale", "bias")]
        operands += [chain.weight(name, np.ones(2, np.float32), trained=False) for name in ("mean", "var")]
        settings = {"axis": 1, "epsilon": 1e-5}
        batch = chain.add(
            "TrainingBatchNormalization", [x, *operands], lambda x, *_: x, momentum=0.5, **settings
        )
        given = chain.add("BatchNormalization", [batch, *operands], lambda x, *_: x, **settings)
        learner = MxnetTraining(chain.model(end(chain, given), learning=True))
        losses = [learner.step(0) for _ in range(4)]
        learner.reset()
        self.assertEqual([learner.step(0) for _ in range(4)], losses)


if __name__ == "__main__":
    unittest.main()

"""Loss, gradients, optimiser and reset of Caffe2."""

from __future__ import annotations

import unittest

try:
    from touchstone_bridge.frameworks.caffe2.models import Caffe2Training
except ImportError as missing:
    raise unittest.SkipTest("Caffe2 is not in this environment") from missing

from . import training_contract


class Gradients(training_contract.Gradients):
    learner = Caffe2Training


class Steps(training_contract.Steps):
    learner = Caffe2Training


class Refusals(training_contract.Refusals):
    learner = Caffe2Training


if __name__ == "__main__":
    unittest.main()

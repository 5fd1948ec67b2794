"""Loss, gradients, optimiser and reset of PyTorch."""

from __future__ import annotations

import unittest

from touchstone_bridge.frameworks.pytorch.models import TorchTraining

from . import training_contract


class Gradients(training_contract.Gradients):
    learner = TorchTraining


class Steps(training_contract.Steps):
    learner = TorchTraining


class Refusals(training_contract.Refusals):
    learner = TorchTraining


if __name__ == "__main__":
    unittest.main()

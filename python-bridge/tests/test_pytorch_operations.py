"""Plans of operations on PyTorch: what the lowering adds itself, weights that learn in any layout and layer."""

from __future__ import annotations

import unittest

from touchstone_bridge.frameworks.pytorch.models import TorchInference, TorchTraining

from . import plan_contract


class Learning(plan_contract.PlanLearning):
    inference = TorchInference
    training = TorchTraining


if __name__ == "__main__":
    unittest.main()

"""The LSTM layer of PyTorch."""

from __future__ import annotations

import unittest

from touchstone_bridge.frameworks.pytorch.models import TorchInference

from . import lstm_contract


class Lstm(lstm_contract.Lstm):
    model = TorchInference

    def check_batch_first(self) -> None:
        """The layer takes the batch first, so nothing is moved."""
        self.assertNotIn("permute", self.last._module.code)


if __name__ == "__main__":
    unittest.main()

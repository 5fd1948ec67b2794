"""Keeps garbage collection enabled, yet cheap enough to run before every turn.

A full collection scans every object of the process: a tenth of a second for a framework's modules, and three once
PyTorch has imported its compiler on the way to the first optimiser. Modules live as long as the process, so they are
frozen out of the collector's sight; what remains to be scanned is the model.
"""

from __future__ import annotations

import gc
import sys


class Collector:
    """Freezes what imports have made, whenever there were some; lets models go whole."""

    def __init__(self) -> None:
        self._modules = 0
        self._holds_model = False

    def settle(self, model_loaded: bool) -> None:
        """After anything that may have imported modules. A model that was made meanwhile is frozen along."""
        if len(sys.modules) == self._modules:
            return
        self._modules = len(sys.modules)
        self._holds_model = self._holds_model or model_loaded
        gc.freeze()

    def let_go(self) -> None:
        """After a model has been dropped: modules hold cycles, and the next cell must not meet this one's weights."""
        if self._holds_model:
            gc.unfreeze()
        gc.collect()
        if self._holds_model:
            gc.freeze()
            self._holds_model = False

from __future__ import annotations

import gc
import sys
import types
import unittest
import weakref

from touchstone_bridge.collector import Collector


class Cycle:
    """Garbage that only the collector can find."""

    def __init__(self) -> None:
        self.itself = self


class Freezing(unittest.TestCase):
    def setUp(self) -> None:
        gc.disable()
        self.addCleanup(gc.enable)
        self.addCleanup(gc.unfreeze)

    def test_a_model_made_during_imports_is_let_go_whole(self) -> None:
        collector = Collector()
        collector.settle(model_loaded=False)
        model = Cycle()
        gone = weakref.ref(model)
        sys.modules["touchstone test module"] = types.ModuleType("late")
        self.addCleanup(sys.modules.pop, "touchstone test module")
        collector.settle(model_loaded=True)
        del model
        gc.collect()
        self.assertIsNotNone(gone(), "it was not frozen, so the test shows nothing")
        collector.let_go()
        self.assertIsNone(gone())

    def test_a_model_made_without_imports_is_never_frozen(self) -> None:
        collector = Collector()
        collector.settle(model_loaded=False)
        frozen = gc.get_freeze_count()
        model = Cycle()
        gone = weakref.ref(model)
        collector.settle(model_loaded=True)
        self.assertEqual(gc.get_freeze_count(), frozen)
        del model
        collector.let_go()
        self.assertIsNone(gone())


if __name__ == "__main__":
    unittest.main()

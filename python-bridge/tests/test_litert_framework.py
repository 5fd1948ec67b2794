"""LiteRT through its public entry points; the conformance models say what it computes."""

from __future__ import annotations

import unittest

from touchstone_bridge.errors import UnsupportedError

from .fixtures import load_fixture, open_target


class Opening(unittest.TestCase):
    def test_it_describes_itself(self) -> None:
        described = open_target().describe()
        self.assertEqual(described.device, "cpu")
        self.assertEqual(described.configuration["kernelLibrary"], "XNNPACK")
        self.assertRegex(described.versions["ai-edge-litert"], r"^\d+\.\d+")

    def test_it_neither_trains_nor_loads_what_was_not_converted(self) -> None:
        framework = open_target()
        with self.assertRaisesRegex(UnsupportedError, "trained elsewhere"):
            framework.load_training(load_fixture("linear-training"))
        with self.assertRaisesRegex(RuntimeError, "before prepare"):
            framework.load_inference(load_fixture("linear-inference"))

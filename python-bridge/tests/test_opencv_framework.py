"""OpenCV's module dnn through its public entry points."""

from __future__ import annotations

import unittest

from touchstone_bridge.frameworks.opencv import open_framework

from . import framework_contract
from .fixtures import load_fixture


class Opening(framework_contract.Opening):
    pass


class NativeImport(framework_contract.NativeImport):
    pass


class Engines(unittest.TestCase):
    def test_are_read_back_from_the_net(self) -> None:
        for target, engine in (("opencv/cpu", "classic"), ("opencv/new", "new")):
            with self.subTest(target=target):
                framework = open_framework(target, 1)
                loaded = framework.load_inference(load_fixture("linear-inference"))
                self.assertEqual(loaded.configuration["engine"], engine)
                loaded.dispose()

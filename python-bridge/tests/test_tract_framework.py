"""tract through its public entry points."""

from __future__ import annotations

import unittest

from touchstone_bridge.errors import UnsupportedError
from touchstone_bridge.frameworks.tract import open_framework

from . import framework_contract


class Opening(framework_contract.Opening):
    pass


class NativeImport(framework_contract.NativeImport):
    pass


class Threads(unittest.TestCase):
    def test_more_than_one_are_unsupported(self) -> None:
        with self.assertRaisesRegex(UnsupportedError, "one thread and cannot be given 2"):
            open_framework("tract/cpu", 2)

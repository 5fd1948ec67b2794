"""What the drivers of runtimes share that import ONNX by themselves."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import Any

from touchstone_bridge.artefact import Model
from touchstone_bridge.errors import UnsupportedError
from touchstone_bridge.native_import import in_one_line, refusals


class Refusals(unittest.TestCase):
    def test_are_unsupported_in_the_words_of_the_runtime(self) -> None:
        with self.assertRaisesRegex(UnsupportedError, "^Example: no Softmix$"), refusals("Example", OSError):
            raise OSError("no Softmix")

    def test_are_told_from_other_errors_by_their_type_and_their_words(self) -> None:
        with self.assertRaises(ValueError), refusals("Example", OSError):
            raise ValueError("a fault of the driver")
        with self.assertRaises(OSError), refusals("Example", OSError, "NOT_IMPLEMENTED"):
            raise OSError("cannot allocate memory")

    def test_quote_the_group_of_the_pattern(self) -> None:
        with self.assertRaisesRegex(UnsupportedError, "^Example: no Softmix$"), refusals(
            "Example", OSError, "pass 38:(.*)"
        ):
            raise OSError("in pass 38: no Softmix")

    def test_leave_out_sources_and_stacks(self) -> None:
        message = "Exception from src/core.cpp:117:\nno Softmix\n\nStack backtrace:\n  0: main"
        self.assertEqual(in_one_line(message), "no Softmix")


class ModelFile(unittest.TestCase):
    def test_is_the_users_own_where_there_is_one(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            nothing: Any = None
            model = Model(nothing, nothing, {}, (), folder / "model.onnx")
            self.assertEqual(model.file, folder / "model.onnx")
            (folder / "file.onnx").touch()
            self.assertEqual(model.file, folder / "file.onnx")
            # The reference computes the normalised model.
            self.assertEqual(model.model_path, folder / "model.onnx")

from __future__ import annotations

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from touchstone_bridge.conversion import Converter
from touchstone_bridge.errors import UnavailableError, UnsupportedError


class Conversion(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("graph.json", "weights.safetensors"):
            (self.folder / name).write_bytes(b"of the model")
        kept = {"TOUCHSTONE_CONVERTER": sys.executable, "TOUCHSTONE_CONVERSIONS": str(self.folder / "kept")}
        patch = mock.patch.dict(os.environ, kept)
        patch.start()
        self.addCleanup(patch.stop)
        self.converter = self.new()

    def new(self) -> Converter:
        made = Converter("tests.made_up_converter", ".made")
        self.addCleanup(made.close)
        return made

    def convert(self, words: str, converter: Converter | None = None) -> Path:
        plan = self.folder / "plan.json"
        plan.write_text(words, "utf-8")
        return (converter or self.converter).converted(self.folder, plan)

    def test_one_process_makes_all_and_each_is_made_once(self) -> None:
        first, second = self.convert("one"), self.convert("two")
        words, _, process = first.read_text("utf-8").partition(" by ")
        self.assertEqual((words, first.suffix), ("ONE", ".made"))
        self.assertEqual(second.read_text("utf-8"), f"TWO by {process}")
        self.assertEqual(self.convert("one", self.new()).read_text("utf-8"), first.read_text("utf-8"))
        self.assertEqual(len(list(first.parent.iterdir())), 2)

    def test_other_weights_are_another_conversion(self) -> None:
        first = self.convert("one")
        (self.folder / "weights.safetensors").write_bytes(b"of another")
        self.assertNotEqual(self.convert("one"), first)

    def test_what_is_refused_is_unsupported_in_its_words(self) -> None:
        with self.assertRaisesRegex(UnsupportedError, "^it has no operator for Refuse$"):
            self.convert("refuse")
        self.convert("one")

    def test_a_failure_and_a_death_leave_no_file_and_the_next_is_made(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "ValueError: no such thing"):
            self.convert("fail")
        with self.assertRaisesRegex(RuntimeError, "ended with status 7"):
            self.convert("die")
        self.assertEqual(list((self.folder / "kept").iterdir()), [])
        self.convert("one")

    def test_without_an_environment_it_is_unavailable(self) -> None:
        del os.environ["TOUCHSTONE_CONVERTER"]
        with self.assertRaisesRegex(UnavailableError, "made_up_converter"):
            self.convert("one")

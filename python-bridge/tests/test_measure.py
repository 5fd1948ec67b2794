"""Rounds of the measuring process, and what it takes for a wrong net."""

from __future__ import annotations

import unittest

import numpy as np

from touchstone_bridge.measure.contenders import Effort, Slow, interleave
from touchstone_bridge.measure.verify import Wrong, compare


class Rounds(unittest.TestCase):
    def test_blocks_of_the_same_work(self) -> None:
        blocks: list[int] = []

        def second(iterations: int) -> float:
            blocks.append(iterations)
            return 4000.0

        measured = interleave([lambda _: 2000.0, second], Effort(20, 1e6, 1e12))
        self.assertEqual(measured, [[2000.0, 4000.0]] * 20)
        # Two more rounds warm up.
        self.assertEqual(blocks, [500] * 22)

    def test_fewer_of_long_iterations_and_none_below_eight(self) -> None:
        effort = Effort(400, 1e7, 1e9)
        self.assertEqual(effort.rounds_within(2, 1e6), 400)
        self.assertEqual(effort.rounds_within(2, 6.25e7), 8)
        self.assertIsNone(effort.rounds_within(2, 6.26e7))
        self.assertEqual(interleave([lambda _: 5e8, lambda _: 5e8], effort), Slow(5e8))


class Comparison(unittest.TestCase):
    def test_outputs(self) -> None:
        expected = {"output/0/y": np.array([[0.25, 0.75]], np.float32)}
        compare("output/0/y", np.array([[0.25, 0.75]]), expected, 1e-5)
        for wrong in ([[0.25, 0.76]], [[0.25, float("nan")]], [0.25, 0.75]):
            with self.subTest(wrong=wrong), self.assertRaises(Wrong):
                compare("output/0/y", np.array(wrong), expected, 1e-5)

    def test_losses_by_their_worst_step(self) -> None:
        expected = {"losses": np.array([3.0, 2.0, 1.0])}
        compare("losses", np.array([3.0, 2.0, 1.000001]), expected, 1e-5)
        with self.assertRaises(Wrong):
            compare("losses", np.array([3.0, 2.0, 1.0001]), expected, 1e-5)


if __name__ == "__main__":
    unittest.main()

from __future__ import annotations

import math
import time
import unittest

from touchstone_bridge.clock import Limits, time_loop


def calls(limits: Limits, keep: int = 0, first: int = 0, buffers: int = 3) -> tuple[list[int], object]:
    seen: list[int] = []

    def call(buffer: int) -> str:
        seen.append(buffer)
        return f"{len(seen) - 1}:{buffer}"

    timing = time_loop(call, buffers, first, limits, keep, keep_all=True)
    assert len(timing.samples_ns) == len(seen) == len(timing.outputs)
    return seen, timing.kept


class Loop(unittest.TestCase):
    def test_rotates_from_the_first_buffer(self) -> None:
        seen, _ = calls(Limits(1, math.inf, 5, math.inf), first=2)
        self.assertEqual(seen, [2, 0, 1, 2, 0])

    def test_makes_one_iteration_at_least(self) -> None:
        self.assertEqual(calls(Limits(0, 0, 5, math.inf))[0], [0])
        self.assertEqual(calls(Limits(10, 1e9, math.inf, 0))[0], [0])

    def test_needs_both_minimums(self) -> None:
        self.assertEqual(len(calls(Limits(7, 0, math.inf, math.inf))[0]), 7)
        begin = time.perf_counter_ns()
        self.assertGreater(len(calls(Limits(1, 2e6, math.inf, math.inf))[0]), 1)
        self.assertGreaterEqual(time.perf_counter_ns() - begin, 2e6)

    def test_a_maximum_ends_it(self) -> None:
        self.assertEqual(len(calls(Limits(1000, math.inf, 4, math.inf))[0]), 4)
        self.assertGreaterEqual(len(calls(Limits(10**9, math.inf, math.inf, 1e6))[0]), 1)

    def test_keeps_the_chosen_output_or_the_last(self) -> None:
        self.assertEqual(calls(Limits(1, math.inf, 5, math.inf), keep=3)[1], "3:0")
        self.assertEqual(calls(Limits(1, math.inf, 5, math.inf), keep=99)[1], "4:1")

    def test_says_which_iteration_was_kept(self) -> None:
        limits = Limits(1, math.inf, 5, math.inf)
        kept = [time_loop(int, 3, 0, limits, keep, keep_all=False).kept_iteration for keep in (0, 3, 99)]
        self.assertEqual(kept, [0, 3, 4])

    def test_samples_cover_the_call(self) -> None:
        timing = time_loop(
            lambda _: time.sleep(0.002), 1, 0, Limits(1, math.inf, 3, math.inf), 0, keep_all=False
        )
        self.assertTrue(all(sample >= 2e6 for sample in timing.samples_ns))
        self.assertEqual(timing.outputs, [])


if __name__ == "__main__":
    unittest.main()

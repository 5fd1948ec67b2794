from __future__ import annotations

import time
import unittest

from touchstone_bridge.clock import Limits, Timing, time_loop
from touchstone_bridge.finished import UnfinishedError, finished_loop

THREE = Limits(3, 0, 3, 1e12)


class Device:
    """Takes 5 ms for each iteration; only reading waits for it where `run` forgets to."""

    def __init__(self, *, forgets: bool) -> None:
        self.forgets = forgets
        self.iterations = 0
        self.done = 0.0

    def run(self, buffer: int) -> int:
        self.iterations += 1
        self.done = max(self.done, time.perf_counter()) + 0.005
        if not self.forgets:
            self.wait()
        return buffer

    def wait(self) -> None:
        while time.perf_counter() < self.done:
            pass

    def loop(self, limits: Limits) -> Timing[int]:
        return time_loop(self.run, 2, 0, limits, 10**9, keep_all=False)

    def read(self, output: int) -> int:
        self.wait()
        return output


class Finished(unittest.TestCase):
    def test_a_device_that_is_waited_for_iterates_no_further(self) -> None:
        device = Device(forgets=False)
        samples = finished_loop(device.loop, THREE, device.read, is_cold=True)
        self.assertEqual(len(samples), 3)
        self.assertGreaterEqual(min(samples), 4.9e6)
        self.assertEqual(device.iterations, 3)

    def test_one_that_goes_on_is_found_out(self) -> None:
        device = Device(forgets=True)
        with self.assertRaisesRegex(UnfinishedError, "had not finished when the clock stopped"):
            finished_loop(lambda _: device.loop(THREE), THREE, device.read, is_cold=True)

    def test_one_interrupted_reading_is_no_proof(self) -> None:
        device = Device(forgets=False)
        readings = 0

        def read(output: int) -> int:
            nonlocal readings
            readings += 1
            if readings == 1:
                time.sleep(0.1)
            return device.read(output)

        self.assertEqual(len(finished_loop(device.loop, THREE, read, is_cold=False)), 3)
        self.assertGreater(device.iterations, 3)

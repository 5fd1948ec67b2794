from __future__ import annotations

import unittest

from touchstone_bridge.framework import Description, Device
from touchstone_bridge.memory import cpu_model
from touchstone_bridge.session import device_bytes_of, device_record

GPU = Device(kind="cuda", index=1, name="NVIDIA H200", driver="CUDA 13.0", software=False)


class Silent:
    """A framework that reports no device memory."""

    def describe(self) -> Description:
        return Description({}, {}, "cpu")

    def load_inference(self, model: object) -> object:
        raise NotImplementedError

    def load_training(self, model: object) -> object:
        raise NotImplementedError


class Reporting(Silent):
    def device_bytes(self) -> int | None:
        return 4096


class Devices(unittest.TestCase):
    def test_processors_are_named_by_their_model(self) -> None:
        record = device_record("cpu")
        self.assertEqual(
            record, {"kind": "cpu", "index": 0, "name": cpu_model(), "driver": None, "software": False}
        )
        self.assertTrue(record["name"])

    def test_another_device_is_reported_whole(self) -> None:
        self.assertEqual(
            device_record(GPU),
            {"kind": "cuda", "index": 1, "name": "NVIDIA H200", "driver": "CUDA 13.0", "software": False},
        )

    def test_memory_of_the_device_is_none_where_nothing_reports_it(self) -> None:
        self.assertIsNone(device_bytes_of(None))
        self.assertIsNone(device_bytes_of(Silent()))  # type: ignore[arg-type]
        self.assertEqual(device_bytes_of(Reporting()), 4096)  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()

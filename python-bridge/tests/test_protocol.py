from __future__ import annotations

import io
import json
import unittest

from touchstone_bridge import protocol
from touchstone_bridge.errors import ProtocolError, UnavailableError, UnsupportedError, error_record
from touchstone_bridge.session import module_of

TURN = {"type": "turn", "minNs": 1e7, "maxIterations": 5, "firstBuffer": 0, "auditIteration": 2}
DEVICE = {"kind": "cpu", "index": 0}
HELLO = {
    "type": "hello",
    "protocol": 2,
    "target": "null/python",
    "budget": {"threads": 2, "cpus": [0, 1], "device": DEVICE},
}


class Parse(unittest.TestCase):
    def test_hello_and_turn_arrive_whole(self) -> None:
        self.assertEqual(
            protocol.parse_body(HELLO),
            protocol.Hello(2, "null/python", 2, (0, 1), protocol.DeviceChoice("cpu", 0)),
        )
        self.assertEqual(protocol.parse_body(TURN), protocol.Turn(1e7, 5, 0, 2))
        epoch = {"type": "epoch", "order": [2, 0], "fromFirstWeights": False}
        self.assertEqual(protocol.parse_body(epoch), protocol.Epoch((2, 0), False))
        self.assertEqual(protocol.parse_body({"type": "classify", "buffers": [1]}), protocol.Classify((1,)))

    def test_every_wrong_field_is_refused(self) -> None:
        wrong: list[object] = [
            None,
            {},
            {"type": "dance"},
            {"type": ["bye"]},
            {**HELLO, "budget": {"threads": 0, "cpus": [], "device": DEVICE}},
            {**HELLO, "budget": {"threads": True, "cpus": [], "device": DEVICE}},
            {**HELLO, "budget": {"threads": 1, "cpus": [-1], "device": DEVICE}},
            {**HELLO, "budget": {"threads": 1, "cpus": []}},
            {**HELLO, "budget": {"threads": 1, "cpus": [], "device": {"kind": "cpu"}}},
            {**HELLO, "budget": {"threads": 1, "cpus": [], "device": {"kind": "", "index": 0}}},
            {**HELLO, "budget": None},
            {**HELLO, "target": ""},
            {"type": "load", "folder": "x", "mode": "dreaming"},
            {"type": "load", "folder": 1, "mode": "training"},
            {**TURN, "maxIterations": 0},
            {**TURN, "maxIterations": 1.5},
            {**TURN, "minNs": -1},
            {**TURN, "minNs": float("inf")},
            {**TURN, "minNs": "1"},
            {"type": "audit"},
            {"type": "epoch", "order": [], "fromFirstWeights": True},
            {"type": "epoch", "order": [True], "fromFirstWeights": True},
            {"type": "epoch", "order": [0]},
            {"type": "classify", "buffers": 3},
        ]
        for body in wrong:
            with self.subTest(body=body), self.assertRaises(ProtocolError):
                protocol.parse_body(body)

    def test_a_request_without_a_number_cannot_be_answered(self) -> None:
        for line in ["", "[]", "{}", '{"id": -1}', '{"id": "1"}', "nonsense", "[" * 100_000]:
            with self.subTest(line=line[:20]), self.assertRaises(ProtocolError):
                protocol.parse_envelope(line)

    def test_lines_are_bounded_and_whole(self) -> None:
        self.assertIsNone(protocol.read_line(io.BytesIO(b"")))
        self.assertEqual(protocol.read_line(io.BytesIO(b"{}\n{}\n")), "{}\n")
        for line in [b"{", b"x" * (protocol.MAX_LINE_BYTES + 1) + b"\n", b"\xff\n"]:
            with self.subTest(line=line[:5]), self.assertRaises(ProtocolError):
                protocol.read_line(io.BytesIO(line))

    def test_a_reply_never_holds_what_json_lacks(self) -> None:
        with self.assertRaises(ValueError):
            protocol.ok_line(1, {"loss": float("nan")})


class Errors(unittest.TestCase):
    def test_kinds(self) -> None:
        class OutOfMemoryError(RuntimeError):
            pass

        cases = {
            "unavailable": UnavailableError("x"),
            "unsupported": UnsupportedError("x"),
            "out-of-memory": MemoryError(),
            "ValueError": ValueError("can't allocate memory is only what this says"),
            "RuntimeError": RuntimeError("shape mismatch"),
        }
        for kind, error in cases.items():
            self.assertEqual(error_record(error)["kind"], kind)
        self.assertEqual(error_record(OutOfMemoryError("x"))["kind"], "out-of-memory")
        allocator = RuntimeError(
            "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 10 bytes"
        )
        self.assertEqual(error_record(allocator)["kind"], "out-of-memory")

    def test_causes_follow_and_end(self) -> None:
        try:
            try:
                raise KeyError("inner")
            except KeyError as inner:
                raise ValueError("outer") from inner
        except ValueError as outer:
            record = error_record(outer)
            outer.__cause__.__cause__ = outer  # type: ignore[union-attr]
            looped = error_record(outer)
        self.assertEqual((record["kind"], record["cause"]["kind"]), ("ValueError", "KeyError"))
        self.assertIn("test_protocol", record["stack"])
        self.assertNotIn("cause", looped["cause"])
        json.dumps(looped)


class Modules(unittest.TestCase):
    def test_the_module_is_the_named_one_or_the_frameworks(self) -> None:
        self.assertEqual(module_of("keras/jax", None), "touchstone_bridge.frameworks.keras")
        self.assertEqual(module_of("keras/jax", "other"), "touchstone_bridge.frameworks.other")
        self.assertEqual(module_of("other/cpu", "/some where/other.py"), "/some where/other.py")
        self.assertEqual(module_of("keras/jax", "outside.module"), "outside.module")
        for target in ["../x/y", "", "a b/c"]:
            with self.subTest(target=target), self.assertRaises(ProtocolError):
                module_of(target, None)


if __name__ == "__main__":
    unittest.main()

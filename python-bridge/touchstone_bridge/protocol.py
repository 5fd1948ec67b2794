"""Requests and replies of runners/protocol/messages.ts, checked on this side too. Standard library only."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Union

from .errors import ProtocolError

PROTOCOL_VERSION = 2
MODES = ("inference", "training")
# As in runners/protocol/lines.ts. Most requests are a few hundred bytes; a plan has a model's small constants in it.
MAX_LINE_BYTES = 1 << 26


@dataclass(frozen=True)
class DeviceChoice:
    """The device to compute on, as the machine numbers those of its kind."""

    kind: str
    index: int


@dataclass(frozen=True)
class Hello:
    protocol: int
    target: str
    threads: int
    cpus: tuple[int, ...]
    device: DeviceChoice


@dataclass(frozen=True)
class Describe:
    pass


@dataclass(frozen=True)
class Load:
    folder: str
    mode: str
    # Path of the target's plan.
    plan: Path


@dataclass(frozen=True)
class Warm:
    min_iterations: int
    min_ns: float
    max_ns: float


@dataclass(frozen=True)
class Verify:
    file: str


@dataclass(frozen=True)
class Turn:
    min_ns: float
    max_iterations: int
    first_buffer: int
    audit_iteration: int


@dataclass(frozen=True)
class Audit:
    file: str


@dataclass(frozen=True)
class Epoch:
    order: tuple[int, ...]
    from_first_weights: bool


@dataclass(frozen=True)
class Classify:
    buffers: tuple[int, ...]


@dataclass(frozen=True)
class Unload:
    pass


@dataclass(frozen=True)
class Memory:
    pass


@dataclass(frozen=True)
class Bye:
    pass


RequestBody = Union[Hello, Describe, Load, Warm, Verify, Turn, Audit, Epoch, Classify, Unload, Memory, Bye]


def read_line(stream: BinaryIO) -> str | None:
    """The next line, or None at the end of the pipe. A line that is too long or cut off is a ProtocolError."""
    line = stream.readline(MAX_LINE_BYTES)
    if not line:
        return None
    if not line.endswith(b"\n"):
        raise ProtocolError(f"a request without an end within {MAX_LINE_BYTES} bytes")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolError("a request that is not UTF-8") from error


def parse_envelope(line: str) -> tuple[int, Any]:
    """Number and unchecked body of a request. Without a number there is nobody to answer: ProtocolError."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a request that is not JSON") from error
    if not isinstance(message, dict):
        raise ProtocolError("a request that is not an object")
    return _count(message, "id"), message.get("body")


def parse_body(body: Any) -> RequestBody:
    """The body as its dataclass; ProtocolError names the field that is wrong."""
    if not isinstance(body, dict):
        raise ProtocolError("a request without a body")
    kind = body.get("type")
    if kind == "hello":
        return _hello(body)
    if kind == "load":
        return Load(folder=_text(body, "folder"), mode=_mode(body), plan=Path(_text(body, "plan")))
    if kind == "warm":
        return Warm(_count(body, "minIterations"), _duration(body, "minNs"), _duration(body, "maxNs"))
    if kind == "turn":
        return Turn(
            min_ns=_duration(body, "minNs"),
            max_iterations=_count(body, "maxIterations", least=1),
            first_buffer=_count(body, "firstBuffer"),
            audit_iteration=_count(body, "auditIteration"),
        )
    if kind == "verify":
        return Verify(_text(body, "file"))
    if kind in ("epoch", "classify"):
        return _lesson(body)
    if kind == "audit":
        return Audit(_text(body, "file"))
    simple: dict[object, type[Describe | Unload | Memory | Bye]] = {
        "describe": Describe,
        "unload": Unload,
        "memory": Memory,
        "bye": Bye,
    }
    if isinstance(kind, str) and kind in simple:
        return simple[kind]()
    raise ProtocolError(f"an unknown type of request: {kind!r}")


def ok_line(number: int, result: dict[str, Any]) -> bytes:
    """Reply with a result."""
    return _line({"id": number, "ok": True, "result": result})


def error_line(number: int, record: dict[str, Any]) -> bytes:
    """Reply with an error record."""
    return _line({"id": number, "ok": False, "error": record})


def _line(message: dict[str, Any]) -> bytes:
    # NaN is not JSON: a reply that held one would be garbage to the other side, so it fails here instead.
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode("utf-8") + b"\n"


def _hello(body: dict[str, Any]) -> Hello:
    budget = body.get("budget")
    if not isinstance(budget, dict):
        raise ProtocolError("hello: budget is not an object")
    cpus = budget.get("cpus")
    if not isinstance(cpus, list) or not all(type(cpu) is int and cpu >= 0 for cpu in cpus):
        raise ProtocolError("hello: cpus is not a list of processor numbers")
    return Hello(
        protocol=_count(body, "protocol"),
        target=_text(body, "target"),
        threads=_count(budget, "threads", least=1),
        cpus=tuple(cpus),
        device=_device(budget),
    )


def _device(budget: dict[str, Any]) -> DeviceChoice:
    device = budget.get("device")
    if not isinstance(device, dict):
        raise ProtocolError("hello: device is not an object")
    return DeviceChoice(_text(device, "kind"), _count(device, "index"))


def _lesson(body: dict[str, Any]) -> Epoch | Classify:
    if body["type"] == "epoch":
        return Epoch(_buffers(body, "order"), _flag(body, "fromFirstWeights"))
    return Classify(_buffers(body, "buffers"))


def _count(body: dict[str, Any], name: str, least: int = 0) -> int:
    value = body.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # `type` and not `isinstance`: True is an int in Python.
    if type(value) is not int or value < least:
        raise ProtocolError(f"{name} is not an integer of at least {least}")
    return value


def _buffers(body: dict[str, Any], name: str) -> tuple[int, ...]:
    value = body.get(name)
    if not isinstance(value, list) or not value or not all(type(item) is int and item >= 0 for item in value):
        raise ProtocolError(f"{name} is not a list of buffers")
    return tuple(value)


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise ProtocolError(f"{name} is neither true nor false")
    return value


def _duration(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not math.isfinite(value)
        or value < 0
    ):
        raise ProtocolError(f"{name} is not a duration in nanoseconds")
    return float(value)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ProtocolError(f"{name} is not a text")
    return value


def _mode(body: dict[str, Any]) -> str:
    value = _text(body, "mode")
    if value not in MODES:
        raise ProtocolError(f"mode is not one of {', '.join(MODES)}")
    return value

"""Errors that cross the process boundary, as `ErrorRecord` in runners/protocol/messages.ts."""

from __future__ import annotations

import re
import traceback
from typing import Any

MAX_MESSAGE = 4096
MAX_CAUSES = 8

# Frameworks report exhausted memory as a plain RuntimeError or a class of their own, which only the name or the
# text tells apart: PyTorch's DefaultCPUAllocator and OutOfMemoryError, TensorFlow's ResourceExhaustedError, C++'s.
OUT_OF_MEMORY_CLASSES = frozenset({"OutOfMemoryError", "ResourceExhaustedError"})
OUT_OF_MEMORY_TEXT = re.compile(
    r"can't allocate memory|cannot allocate memory|not enough memory|bad_alloc", re.I
)


class UnavailableError(Exception):
    """The framework cannot be imported in this environment."""


class UnsupportedError(Exception):
    """The framework, or its lowering, refuses this model; the message names the operator or attribute."""


class ProtocolError(Exception):
    """A request that is malformed or comes at the wrong moment."""


def error_record(error: BaseException) -> dict[str, Any]:
    """The error with its causes, as plain JSON."""
    record: dict[str, Any] = {
        "kind": kind_of(error),
        "message": str(error)[:MAX_MESSAGE] or type(error).__name__,
        "stack": "".join(traceback.format_exception(type(error), error, error.__traceback__, chain=False)),
    }
    chain = record
    seen = {id(error)}
    cause = cause_of(error)
    while cause is not None and id(cause) not in seen and len(seen) < MAX_CAUSES:
        seen.add(id(cause))
        chain["cause"] = {"kind": kind_of(cause), "message": str(cause)[:MAX_MESSAGE] or type(cause).__name__}
        chain = chain["cause"]
        cause = cause_of(cause)
    return record


def kind_of(error: BaseException) -> str:
    """`unavailable`, `unsupported`, `out-of-memory`, or the class name."""
    if isinstance(error, UnavailableError):
        return "unavailable"
    if isinstance(error, UnsupportedError):
        return "unsupported"
    name = type(error).__name__
    if isinstance(error, MemoryError) or name in OUT_OF_MEMORY_CLASSES:
        return "out-of-memory"
    if isinstance(error, (RuntimeError, OSError)) and OUT_OF_MEMORY_TEXT.search(str(error)):
        return "out-of-memory"
    return name


def cause_of(error: BaseException) -> BaseException | None:
    """What Python itself would print as the cause."""
    if error.__cause__ is not None:
        return error.__cause__
    return None if error.__suppress_context__ else error.__context__

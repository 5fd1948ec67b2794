"""The Python worker: `python -m touchstone_bridge.worker [module]`, with PYTHONPATH=python-bridge.

Reads requests on file descriptor 3 and writes replies on file descriptor 4, as runners/protocol/messages.ts says.
Runs on Python 3.8 and later, with the standard library alone until `describe` imports the framework.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from typing import BinaryIO, cast

from . import protocol
from .errors import ProtocolError, error_record
from .session import Session

REQUESTS, REPLIES = 3, 4


def main(arguments: list[str]) -> int:
    """Exit status: 0 at the end of the pipe or after `bye`, 2 for a pipe that does not speak the protocol."""
    # Ctrl-C goes to the whole process group, but it is the coordinator that decides when a worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    try:
        requests, replies = open_pipe(REQUESTS, "rb"), open_pipe(REPLIES, "wb")
    except OSError as error:
        print(f"touchstone worker: no pipe on file descriptors 3 and 4: {error}", file=sys.stderr)
        return 2
    session = Session(arguments[0] if arguments else None)
    try:
        return serve(session, requests, replies)
    except ProtocolError as error:
        print(f"touchstone worker: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The coordinator is gone: nobody is left to report to.
        return 0


def open_pipe(descriptor: int, mode: str) -> BinaryIO:
    """A pipe that no process started by the framework inherits: such a process would keep it open."""
    os.set_inheritable(descriptor, False)
    return cast(BinaryIO, os.fdopen(descriptor, mode))


def serve(session: Session, requests: BinaryIO, replies: BinaryIO) -> int:
    """Answers one request after another until `bye` or the end of the pipe."""
    while True:
        line = protocol.read_line(requests)
        if line is None:
            return 0
        number, body = protocol.parse_envelope(line)
        request: protocol.RequestBody | None = None
        try:
            request = protocol.parse_body(body)
            answer = protocol.ok_line(number, session.answer(request))
        except Exception as error:  # every failure of a framework crosses to the coordinator, with its causes
            answer = protocol.error_line(number, error_record(error))
        replies.write(answer)
        replies.flush()
        if isinstance(request, protocol.Bye):
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Models that another environment's package converts before the runtime of this one loads them.

A conversion is kept in the folder that TOUCHSTONE_CONVERSIONS names, by everything that it is made from. It is none of
the runtime's own work, so it is no part of a load's time; and it is made by a process of its own, started for the first
that is not kept, so that the converter takes none of the worker's memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Callable, Optional

from .errors import UnavailableError, UnsupportedError


class Converter:
    """The conversions of one module, whose main program is `serve`."""

    def __init__(self, module: str, suffix: str) -> None:
        self._module = module
        self._suffix = suffix
        self._process: Optional[subprocess.Popen[str]] = None

    def converted(self, folder: Path, plan: Path) -> Path:
        """The file that is made of an artefact and a plan.

        UnsupportedError in the converter's words; RuntimeError where it fails or dies.
        """
        python = os.environ.get("TOUCHSTONE_CONVERTER")
        if not python:
            raise UnavailableError(f"no environment for {self._module} was named")
        name = f"{_digest(python, folder, plan)}{self._suffix}"
        file = Path(os.environ["TOUCHSTONE_CONVERSIONS"]) / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            # Another worker may be making the same one.
            part = file.with_name(f"{name}.{os.getpid()}")
            try:
                self._ask(python, folder, plan, part)
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)
        return file

    def close(self) -> None:
        """Ends its process, which also ends when this one does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _ask(self, python: str, folder: Path, plan: Path, part: Path) -> None:
        process = self._process or self._start(python)
        answer = ""
        if process.stdin is not None and process.stdout is not None:
            try:
                process.stdin.write(f"{json.dumps([str(folder), str(plan), str(part)])}\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except BrokenPipeError:
                pass
        if not answer:
            status = process.wait()
            self.close()
            raise RuntimeError(f"the converter ended with status {status}; its last words are in the log")
        result = json.loads(answer)
        if "unsupported" in result:
            raise UnsupportedError(result["unsupported"])
        if "failed" in result:
            raise RuntimeError(f"the converter: {result['failed']}")

    def _start(self, python: str) -> subprocess.Popen[str]:
        """Ends when this process does, since its standard input does then. Its stderr is the worker's log."""
        self._process = subprocess.Popen(
            [python, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self._process


def serve(convert: Callable[[Path, Path], bytes]) -> None:
    """Answers one request after another until the end of standard input.

    `convert` makes the content of a file from an artefact and a plan; UnsupportedError where it cannot be made.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What a library prints is no answer.
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(f"{json.dumps(_answer(convert, *map(Path, json.loads(line))))}\n")
        answers.flush()


def _answer(convert: Callable[[Path, Path], bytes], folder: Path, plan: Path, file: Path) -> dict[str, str]:
    try:
        file.write_bytes(convert(folder, plan))
    except UnsupportedError as error:
        return {"unsupported": str(error)}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}
    return {}


def _digest(python: str, folder: Path, plan: Path) -> str:
    """Of the model, of the code that lowers it, and of the environment that converts it."""
    model = [plan, folder / "graph.json", folder / "weights.safetensors"]
    return _hash(_converter_digest(python).encode(), *(file.read_bytes() for file in model))[:32]


@lru_cache(maxsize=None)
def _converter_digest(python: str) -> str:
    """Of the code and the environment, which stay what they are while this process runs."""
    stamp = Path(python).parent.parent / "touchstone.json"
    code = sorted(Path(__file__).parent.rglob("*.py"))
    return _hash(*(file.read_bytes() for file in (*code, *([stamp] if stamp.exists() else []))))


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:".encode())
        digest.update(part)
    return digest.hexdigest()

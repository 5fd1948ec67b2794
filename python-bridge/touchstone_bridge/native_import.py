"""What the drivers of runtimes share that import ONNX by themselves: they are given the file, not a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Sequence, Type

from .artefact import Array, Model, Tensors
from .errors import UnsupportedError
from .framework import Configuration, Description


class ImportedModel:
    """An inference model that the runtime made of the file.

    A runtime's own class loads in its constructor and defines `call`. Where the runtime has a container of its own for
    inputs, it fills it there, too, and defines `run`.
    """

    configuration: Configuration = {}

    def __init__(self, model: Model) -> None:
        self.input_names = [info.name for info in model.graph.inputs]
        self.output_names = [info.name for info in model.graph.outputs]
        self.inputs = [[tensors[name] for name in self.input_names] for tensors in model.inputs]

    def call(self, inputs: Sequence[Array]) -> Sequence[Array]:
        """Timed. Arrays by the order of the graph's inputs and outputs, in memory that no later call overwrites."""
        raise NotImplementedError

    def run(self, buffer: int) -> Sequence[Array]:
        return self.call(self.inputs[buffer])

    def read(self, output: Sequence[Array]) -> Tensors:
        return dict(zip(self.output_names, output))

    def dispose(self) -> None:
        self.inputs = []


class ImportingFramework:
    """An inference engine that has been imported and set up."""

    #: As its makers write it.
    title: str

    def describe(self) -> Description:
        raise NotImplementedError

    def load_inference(self, model: Model) -> ImportedModel:
        raise NotImplementedError

    def load_training(self, model: Model) -> Any:
        raise UnsupportedError(f"{self.title} has no training API")


@contextmanager
def refusals(title: str, errors: Type[BaseException], words: str = r"(.*)") -> Iterator[None]:
    """Makes the runtime's refusal of a model `unsupported`, in its own words: the cell is then no failure.

    `words` is a pattern that tells refusals from other errors of that type; its group, if there is one, is what is
    quoted. By default all of them are refusals, and quoted whole.
    """
    try:
        yield
    except errors as error:
        found = re.search(words, str(error), re.DOTALL)
        if found is None:
            raise
        quoted = found.group(1) if found.re.groups else str(error)
        raise UnsupportedError(f"{title}: {in_one_line(quoted)}") from error


#: A line of the runtime's own sources, which an error of C++ names: `Exception from src/core.cpp:117:`.
OWN_SOURCES = re.compile(r"(Exception from |Check '[^']*' failed at )?\S+\.(cpp|hpp|cc|h|rs):\d+(:|(?=\s))")


def in_one_line(message: str) -> str:
    """An error's message without places in the runtime's sources and without the stack of calls below it."""
    text = re.split(r"\n\s*Stack (?:back)?trace|\n\s*Traceback", message, maxsplit=1)[0]
    return re.sub(r"\s+", " ", OWN_SOURCES.sub("", text)).strip()[:500]

"""What both lowerings build with: one Caffe2 net, and the values of the blobs that it reads.

All blobs of a model have generated names under a prefix of its own, so several models share the process's workspace
and none has to be switched to in the timed path. Every operator writes a blob of its own: the gradient pass refuses
a net that overwrites what a gradient needs.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Callable, Sequence

import numpy as np
from caffe2.python import core
from caffe2.python.model_helper import ModelHelper

from ...artefact import Array

Assemble = Callable[[Sequence[Array]], Array]

prefixes = (f"touchstone_{number}" for number in itertools.count())


@dataclass(frozen=True)
class Binding:
    """A trainable ONNX weight and the blobs that hold it; `assemble` gives ONNX layout back."""

    name: str
    blobs: tuple[str, ...]
    assemble: Assemble


def as_is(arrays: Sequence[Array]) -> Array:
    """For a blob that Caffe2 keeps in ONNX layout."""
    return arrays[0]


class NetBuilder:
    """It must be used inside `core.NameScope(builder.prefix)`."""

    def __init__(self, inputs: int, trainable: Sequence[str], training: bool, threads: int) -> None:
        """@param inputs: how many blobs the timed path feeds"""
        self.training = training
        self.threads = threads
        self.prefix = next(prefixes)
        # Weights are fed, so the model has no initialisers.
        self.model = ModelHelper(name=self.prefix, init_params=False)
        self.bindings: list[Binding] = []
        # First values by blob.
        self.values: dict[str, Array] = {}
        self._trainable = frozenset(trainable) if training else frozenset()
        self._numbers = itertools.count()
        self.inputs = [self.external(f"input_{number}") for number in range(inputs)]

    @property
    def net(self) -> core.Net:
        """Operators are its methods."""
        return self.model.net

    def external(self, name: str) -> core.BlobReference:
        """A blob that is fed."""
        return self.model.net.AddExternalInput(core.BlobReference(f"{self.prefix}/{name}"))

    def fresh(self, kind: str) -> core.BlobReference:
        """A blob name that nothing has yet."""
        return core.BlobReference(f"{self.prefix}/{kind}_{next(self._numbers)}")

    def operate(self, operator: str, inputs: Sequence[Any], **arguments: Any) -> core.BlobReference:
        """Adds an operator with one output, and names that."""
        return getattr(self.net, operator)(list(inputs), self.fresh(operator.lower()), **arguments)

    def operate_several(
        self, operator: str, inputs: Sequence[Any], outputs: int, **arguments: Any
    ) -> list[core.BlobReference]:
        """Adds an operator with two outputs or more."""
        blobs = [self.fresh(operator.lower()) for _ in range(outputs)]
        getattr(self.net, operator)(list(inputs), blobs, **arguments)
        return blobs

    def is_trainable(self, name: str) -> bool:
        """Whether training updates it; never in inference."""
        return name in self._trainable

    def feed(self, value: Array) -> core.BlobReference:
        """A blob that holds a constant."""
        blob = self.external(f"weight_{next(self._numbers)}")
        self.values[str(blob)] = np.asarray(value, order="C")
        return blob

    def bind(self, name: str, blobs: Sequence[core.BlobReference], assemble: Assemble) -> None:
        """Says which blobs hold a weight that learns; of others it is of no matter."""
        if not self.is_trainable(name):
            return
        self.model.params.extend(blob for blob in blobs if blob not in self.model.params)
        self.bindings.append(Binding(name, tuple(map(str, blobs)), assemble))

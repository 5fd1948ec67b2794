"""One Caffe2 net under construction, and the values of the blobs that it reads.

All blobs of a model have generated names under a prefix of its own, so several models share the process's workspace
and none has to be switched to in the timed path. Every operator writes a blob of its own: the gradient pass refuses
a net that overwrites what a gradient needs.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from caffe2.python import core
from caffe2.python.model_helper import ModelHelper

from ...artefact import Array

prefixes = (f"touchstone_{number}" for number in itertools.count())


class NetBuilder:
    """It must be used inside `core.NameScope(builder.prefix)`."""

    def __init__(self, inputs: int, training: bool, threads: int) -> None:
        """@param inputs: how many blobs the timed path feeds"""
        self.training = training
        self.threads = threads
        self.prefix = next(prefixes)
        # Weights are fed, so the model has no initialisers.
        self.model = ModelHelper(name=self.prefix, init_params=False)
        # Initial values by blob.
        self.values: dict[str, Array] = {}
        self._numbers = itertools.count()
        self.inputs = [self.external(f"input_{number}") for number in range(inputs)]

    @property
    def net(self) -> core.Net:
        """Operators are its methods."""
        return self.model.net

    def external(self, name: str) -> core.BlobReference:
        """A blob that is fed."""
        return self.net.AddExternalInput(self.named(name))

    def fresh(self, kind: str) -> core.BlobReference:
        """A blob name that is not taken."""
        return self.named(f"{kind}_{next(self._numbers)}")

    def named(self, name: str) -> core.BlobReference:
        """The blob of that name under the model's prefix."""
        return core.BlobReference(f"{self.prefix}/{name}")

    def operate(self, operator: str, inputs: Sequence[Any], **arguments: Any) -> core.BlobReference:
        """Adds an operator with one output; returns the output."""
        return getattr(self.net, operator)(list(inputs), self.fresh(operator.lower()), **arguments)

    def operate_several(
        self, operator: str, inputs: Sequence[Any], outputs: int, **arguments: Any
    ) -> list[core.BlobReference]:
        """Adds an operator with two outputs or more."""
        blobs = [self.fresh(operator.lower()) for _ in range(outputs)]
        getattr(self.net, operator)(list(inputs), blobs, **arguments)
        return blobs

    def feed(self, value: Array) -> core.BlobReference:
        """A blob that holds a constant."""
        blob = self.external(f"weight_{next(self._numbers)}")
        self.values[str(blob)] = np.asarray(value, order="C")
        return blob

    def reshaped(self, blob: core.BlobReference, shape: Sequence[int]) -> core.BlobReference:
        return self.operate_several("Reshape", [blob], 2, shape=list(shape))[0]

    def taken(
        self, blob: core.BlobReference, indices: core.BlobReference | Array, axis: int
    ) -> core.BlobReference:
        """`Gather` with a gradient as large as `blob`: the optimisers update all rows or none."""
        held = self.feed(indices) if isinstance(indices, np.ndarray) else indices
        return self.operate("Gather", [blob, held], axis=axis, dense_gradient=True)

    def joined(self, blobs: Sequence[core.BlobReference], axis: int) -> core.BlobReference:
        return self.operate_several("Concat", blobs, 2, axis=axis)[0]

    def stopped(self, blob: core.BlobReference) -> core.BlobReference:
        """Without a gradient: for operators that have none, where Caffe2 would fail to find one."""
        return self.operate("StopGradient", [blob]) if self.training else blob

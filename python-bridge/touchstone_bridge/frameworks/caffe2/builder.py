"""What the operators build with: one Caffe2 net, and the values of the blobs that it reads.

All blobs of a model have generated names under a prefix of its own, so several models share the process's workspace
and none has to be switched to in the timed path. Every operator writes a blob of its own: the gradient pass refuses
a net that overwrites what a gradient needs.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Sequence

import numpy as np
from caffe2.python import core
from caffe2.python.model_helper import ModelHelper

from ...artefact import Array, Graph, Node, Tensors
from ...errors import UnsupportedError

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


class Builder:
    """One lowering under way. It must be used inside `core.NameScope(builder.prefix)`."""

    def __init__(self, graph: Graph, weights: Tensors, training: bool, threads: int) -> None:
        self.graph = graph
        self.training = training
        self.threads = threads
        self.prefix = next(prefixes)
        # Weights are fed, so the model has no initialisers.
        self.model = ModelHelper(name=self.prefix, init_params=False)
        self.bindings: list[Binding] = []
        # First values by blob.
        self.values: dict[str, Array] = {}
        # Nodes that an earlier one has taken into itself.
        self.absorbed: set[str] = set()
        self._weights = weights
        self._trainable = frozenset(graph.parameters) if training else frozenset()
        self._uses = Counter(name for node in graph.nodes for name in node.inputs)
        self._consumers = {name: node for node in graph.nodes for name in node.inputs}
        self._outputs = {info.name for info in graph.outputs}
        self._needed = needed_values(graph)
        self._blobs: dict[str, core.BlobReference] = {}
        self._numbers = itertools.count()
        self.inputs = [self.external(f"input_{number}") for number in range(len(graph.inputs))]
        for info, blob in zip(graph.inputs, self.inputs):
            self._blobs[info.name] = blob

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

    def rank(self, name: str) -> int:
        """Number of axes of a value."""
        return len(self.graph.values[name].shape)

    def shape(self, name: str) -> tuple[int, ...]:
        """Observed shape of a value."""
        return self.graph.values[name].shape

    def is_constant(self, name: str) -> bool:
        """Whether a value is a weight or a folded constant."""
        return name in self._weights

    def is_trainable(self, name: str) -> bool:
        """Whether training updates it; never in inference."""
        return name in self._trainable

    def constant(self, node: Node, position: int) -> Array:
        """The weight at that input. UnsupportedError where the input is computed by the graph."""
        name = node.inputs[position]
        if name not in self._weights:
            raise UnsupportedError(f"{node.operator} whose input {position} ({name}) is not a constant")
        return self._weights[name]

    def has_input(self, node: Node, position: int) -> bool:
        """Whether an optional input is given."""
        return len(node.inputs) > position and node.inputs[position] != ""

    def feed(self, value: Array) -> core.BlobReference:
        """A blob that holds a constant."""
        blob = self.external(f"weight_{next(self._numbers)}")
        self.values[str(blob)] = np.ascontiguousarray(value)
        return blob

    def parameter(self, name: str, value: Array, assemble: Assemble) -> core.BlobReference:
        """A blob that holds the weight of that name in Caffe2's layout; bound if training updates it."""
        blob = self.feed(value)
        self.bind(name, (blob,), assemble)
        return blob

    def bind(self, name: str, blobs: Sequence[core.BlobReference], assemble: Assemble) -> None:
        """Says which blobs hold a weight. Each operator has its own copy, so a trained weight serves one node."""
        if not self.is_trainable(name):
            return
        if self._uses[name] > 1:
            raise UnsupportedError(f"training of the weight {name}, which several nodes share")
        self.model.params.extend(blob for blob in blobs if blob not in self.model.params)
        self.bindings.append(Binding(name, tuple(map(str, blobs)), assemble))

    def value(self, name: str) -> core.BlobReference:
        """A value of the graph as an operand; constants are fed at their first use."""
        if name not in self._blobs:
            self._blobs[name] = self.parameter(name, self._weights[name], as_is)
        return self._blobs[name]

    def define(self, name: str, blob: core.BlobReference) -> None:
        """Names a computed value; the empty name of an unused output is ignored."""
        if name:
            self._blobs[name] = blob

    def is_needed(self, name: str) -> bool:
        """Whether an output of the graph depends on a value."""
        return name in self._needed

    def only_consumer(self, name: str) -> Node | None:
        """The node that alone reads a value, if there is exactly one and the value is no output."""
        return self._consumers[name] if self._uses[name] == 1 and name not in self._outputs else None


def needed_values(graph: Graph) -> set[str]:
    """Values on which an output of the graph depends; nodes come in the order of their computation."""
    needed = {info.name for info in graph.outputs}
    for node in reversed(graph.nodes):
        if not needed.isdisjoint(node.outputs):
            needed.update(node.inputs)
    return needed - {""}

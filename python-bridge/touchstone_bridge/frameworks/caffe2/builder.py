"""What the operators of a graph build with: its constants, its values, and who reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from caffe2.python import core

from ...artefact import Array, Graph, Node, Tensors
from ...errors import UnsupportedError
from .net_builder import Assemble, NetBuilder, as_is


class Builder(NetBuilder):
    """One lowering of a graph under way."""

    def __init__(self, graph: Graph, weights: Tensors, training: bool, threads: int) -> None:
        super().__init__(len(graph.inputs), graph.parameters, training, threads)
        self.graph = graph
        # Nodes that an earlier one has taken into itself.
        self.absorbed: set[str] = set()
        self._weights = weights
        self._uses = Counter(name for node in graph.nodes for name in node.inputs)
        self._consumers = {name: node for node in graph.nodes for name in node.inputs}
        self._outputs = {info.name for info in graph.outputs}
        self._needed = needed_values(graph)
        self._blobs = {info.name: blob for info, blob in zip(graph.inputs, self.inputs)}

    def rank(self, name: str) -> int:
        """Number of axes of a value."""
        return len(self.graph.values[name].shape)

    def shape(self, name: str) -> tuple[int, ...]:
        """Observed shape of a value."""
        return self.graph.values[name].shape

    def is_constant(self, name: str) -> bool:
        """Whether a value is a weight or a folded constant."""
        return name in self._weights

    def constant(self, node: Node, position: int) -> Array:
        """The weight at that input. UnsupportedError where the input is computed by the graph."""
        name = node.inputs[position]
        if name not in self._weights:
            raise UnsupportedError(f"{node.operator} whose input {position} ({name}) is not a constant")
        return self._weights[name]

    def has_input(self, node: Node, position: int) -> bool:
        """Whether an optional input is given."""
        return len(node.inputs) > position and node.inputs[position] != ""

    def parameter(self, name: str, value: Array, assemble: Assemble) -> core.BlobReference:
        """A blob that holds the weight of that name in Caffe2's layout; bound if training updates it."""
        blob = self.feed(value)
        self.bind(name, (blob,), assemble)
        return blob

    def bind(self, name: str, blobs: Sequence[core.BlobReference], assemble: Assemble) -> None:
        """Each operator has its own copy, so a trained weight serves one node."""
        if self.is_trainable(name) and self._uses[name] > 1:
            raise UnsupportedError(f"training of the weight {name}, which several nodes share")
        super().bind(name, blobs, assemble)

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

"""What the operators of an ONNX graph build with."""

from __future__ import annotations

from collections import Counter

import torch
from torch import fx, nn

from ...artefact import Graph, Node, Tensors
from ...errors import UnsupportedError
from .module_builder import Assemble, ModuleBuilder, as_is

__all__ = ["Builder", "as_is"]


class Builder(ModuleBuilder):
    """One lowering under way."""

    def __init__(self, graph: Graph, weights: Tensors, training: bool) -> None:
        super().__init__(graph.parameters if training else ())
        self.graph = graph
        self.training = training
        # Nodes that an earlier one has taken into itself.
        self.absorbed: set[str] = set()
        self._weights = weights
        self._values: dict[str, fx.Node] = {}
        self._uses = Counter(name for node in graph.nodes for name in node.inputs)
        self._consumers = {name: node for node in graph.nodes for name in node.inputs}
        self._outputs = {info.name for info in graph.outputs}
        for number, info in enumerate(graph.inputs):
            self._values[info.name] = self.input(number)

    def rank(self, name: str) -> int:
        """Number of axes of a value."""
        return len(self.graph.values[name].shape)

    def shape(self, name: str) -> tuple[int, ...]:
        """Observed shape of a value."""
        return self.graph.values[name].shape

    def is_constant(self, name: str) -> bool:
        """Whether a value is a weight or a folded constant."""
        return name in self._weights

    def constant(self, node: Node, position: int) -> torch.Tensor:
        """A copy of the weight at that input. UnsupportedError where the input is computed by the graph."""
        name = node.inputs[position]
        if name not in self._weights:
            raise UnsupportedError(f"{node.operator} whose input {position} ({name}) is not a constant")
        return torch.tensor(self._weights[name])

    def has_input(self, node: Node, position: int) -> bool:
        """Whether an optional input is given."""
        return len(node.inputs) > position and node.inputs[position] != ""

    def parameter(self, node: Node, position: int, value: torch.Tensor, assemble: Assemble) -> nn.Parameter:
        """A parameter that holds the weight at that input, in PyTorch's layout; bound if training updates it."""
        name = node.inputs[position]
        parameter = nn.Parameter(value.contiguous(), requires_grad=self.is_trainable(name))
        self.bind(name, (parameter,), assemble)
        return parameter

    def bind(self, name: str | None, parameters: tuple[nn.Parameter, ...], assemble: Assemble) -> None:
        """Each layer has its own copy of a weight, so a trained one serves one node."""
        if name is not None and self.is_trainable(name) and self._uses[name] > 1:
            raise UnsupportedError(f"training of the weight {name}, which several nodes share")
        super().bind(name, parameters, assemble)

    def value(self, name: str) -> fx.Node:
        """A value of the graph as an operand; constants are registered on the module at their first use."""
        if name not in self._values:
            target = f"constant_{len(self._values)}"
            self._values[name] = self.hold(target, torch.tensor(self._weights[name]), name, as_is)
        return self._values[name]

    def define(self, name: str, value: fx.Node) -> None:
        """Names a computed value; the empty name of an unused output is ignored."""
        if name:
            self._values[name] = value

    def only_consumer(self, name: str) -> Node | None:
        """The node that alone reads a value, if there is exactly one and the value is no output."""
        return self._consumers[name] if self._uses[name] == 1 and name not in self._outputs else None

    def producer(self, name: str) -> Node | None:
        """The node that computes a value."""
        return next((node for node in self.graph.nodes if name in node.outputs), None)

    def remove(self, name: str) -> None:
        """Takes back the computation of a value that its only consumer does without."""
        self._code.erase_node(self._values.pop(name))

    def finish(self) -> nn.Module:
        """The module: its `forward` takes the graph's inputs in order, and returns its outputs."""
        return self.module([self.value(info.name) for info in self.graph.outputs])

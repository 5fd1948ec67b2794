"""What the operators of a graph build with."""

from __future__ import annotations

from typing import Callable, Dict, List

import numpy as np

from ...artefact import Array, Graph, Node, Tensors
from ...errors import UnsupportedError
from .symbol_builder import Symbol, SymbolBuilder

Transform = Callable[[Array], Array]


class Builder(SymbolBuilder):
    """One lowering under way."""

    def __init__(self, graph: Graph, weights: Tensors, training: bool) -> None:
        super().__init__()
        self.graph = graph
        self.training = training
        self._weights = weights
        self._values: Dict[str, Symbol] = {}
        self.inputs = [self.variable(f"input_{number}") for number in range(len(graph.inputs))]
        for info, symbol in zip(graph.inputs, self.inputs):
            self._values[info.name] = symbol

    def shape(self, name: str) -> tuple[int, ...]:
        """Observed shape of a value."""
        return self.graph.values[name].shape

    def constant(self, node: Node, position: int) -> Array:
        """The weight at that input. UnsupportedError where the input is computed by the graph."""
        name = node.inputs[position]
        if name not in self._weights:
            raise UnsupportedError(f"{node.operator} whose input {position} ({name}) is not a constant")
        return self._weights[name]

    def has_input(self, node: Node, position: int) -> bool:
        """Whether an optional input is given."""
        return len(node.inputs) > position and node.inputs[position] != ""

    def is_trained(self, name: str) -> bool:
        """Whether training updates it; never in inference."""
        return self.training and name in self.graph.parameters

    def parameter(self, value: Array) -> Symbol:
        return super().parameter(np.asarray(value, np.float32))

    def weight(self, node: Node, position: int, to_native: Transform, to_onnx: Transform) -> Symbol:
        """The weight at that input as a parameter in MXNet's layout; it learns if training updates it."""
        name = node.inputs[position]
        symbol = self.parameter(to_native(self.constant(node, position)))
        if self.is_trained(name):
            self.bind(name, [symbol], lambda arrays: to_onnx(arrays[0]))
        return symbol

    def value(self, name: str) -> Symbol:
        """A computed value, or a constant as a parameter."""
        if name not in self._values:
            self._values[name] = self._constant_value(name)
        return self._values[name]

    def define(self, name: str, symbol: Symbol) -> None:
        self._values[name] = symbol

    def outputs(self) -> List[Symbol]:
        return [self.value(info.name) for info in self.graph.outputs]

    def _constant_value(self, name: str) -> Symbol:
        if name not in self._weights:
            raise UnsupportedError(f"the value {name}, which no node computes")
        value = self._weights[name]
        # MXNet 1.x knows no arrays without axes.
        symbol = self.parameter(value.reshape(value.shape or (1,)))
        if self.is_trained(name):
            self.bind(name, [symbol], lambda arrays: arrays[0].reshape(value.shape))
        return symbol

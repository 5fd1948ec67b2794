"""Lowers an ONNX graph to an `nn.Module`, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from ...artefact import Graph, Node, Tensors
from ...errors import UnsupportedError
from . import convolution, elementwise, linear, normalisation, recurrent, shaping
from .builder import Binding, Builder

Operator = Callable[[Builder, Node], None]

# adapters/pytorch.ts lists the same names; tests/python-bridge holds the two together.
OPERATORS: dict[str, Operator] = {
    **convolution.OPERATORS,
    **elementwise.OPERATORS,
    **linear.OPERATORS,
    **normalisation.OPERATORS,
    **recurrent.OPERATORS,
    **shaping.OPERATORS,
}


@dataclass(frozen=True)
class Lowered:
    """The module, and which of its parameters hold which trainable ONNX weight (none in inference)."""

    module: nn.Module
    bindings: tuple[Binding, ...]


def lower(graph: Graph, weights: Tensors, training: bool) -> Lowered:
    """Builds PyTorch's own layers from the graph. UnsupportedError names the operator or attribute that has none."""
    builder = Builder(graph, weights, training)
    for node in graph.nodes:
        operator = OPERATORS.get(node.operator)
        if operator is None:
            raise UnsupportedError(f"the PyTorch lowering has no operator {node.operator}")
        if node.name not in builder.absorbed:
            operator(builder, node)
    module = builder.finish()
    bound = {binding.name for binding in builder.bindings}
    unbound = set(graph.parameters) - bound if training else set()
    if unbound:
        raise UnsupportedError(f"training of weights that no operator reads: {', '.join(sorted(unbound))}")
    return Lowered(module, tuple(builder.bindings))

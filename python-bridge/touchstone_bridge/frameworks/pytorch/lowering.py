"""Lowers a model to an `nn.Module`, once: from its ONNX graph, or from a plan of operations if it came with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import nn

from ...artefact import Graph, Model, Node, Tensors
from ...errors import UnsupportedError
from ...lowering.operations import is_operation_plan, read_operation_plan
from ...lowering.ports import Port
from . import convolution, elementwise, linear, normalisation, recurrent, shaping
from .builder import Builder
from .module_builder import Binding, ModuleBuilder
from .operation_lowering import lower_operations
from .ports import PlainPort

Operator = Callable[[Builder, Node], None]

# adapters/pytorch/index.ts lists the same names; tests/python-bridge holds the two together.
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
    inputs: Sequence[Port]
    outputs: Sequence[Port]


def lower(model: Model, training: bool) -> Lowered:
    """UnsupportedError names what PyTorch, or the lowering, has not."""
    graph = model.graph
    if is_operation_plan(model):
        plan = read_operation_plan(model)
        builder: ModuleBuilder
        builder, module = lower_operations(plan, graph, model.weights, training)
        return lowered(builder, module, graph, training, plan.inputs, plan.outputs)
    builder, module = lower_graph(graph, model.weights, training)
    inputs, outputs = ([PlainPort(info.name) for info in infos] for infos in (graph.inputs, graph.outputs))
    return lowered(builder, module, graph, training, inputs, outputs)


def lowered(
    builder: ModuleBuilder,
    module: nn.Module,
    graph: Graph,
    training: bool,
    inputs: Sequence[Port],
    outputs: Sequence[Port],
) -> Lowered:
    """With everything bound that training is to update."""
    bound = {binding.name for binding in builder.bindings}
    unbound = set(graph.parameters) - bound if training else set()
    if unbound:
        raise UnsupportedError(f"training of weights that no operator reads: {', '.join(sorted(unbound))}")
    return Lowered(module, tuple(builder.bindings), inputs, outputs)


def lower_graph(graph: Graph, weights: Tensors, training: bool) -> tuple[Builder, nn.Module]:
    """Builds PyTorch's own layers from the graph."""
    builder = Builder(graph, weights, training)
    for node in graph.nodes:
        operator = OPERATORS.get(node.operator)
        if operator is None:
            raise UnsupportedError(f"the PyTorch lowering has no operator {node.operator}")
        if node.name not in builder.absorbed:
            operator(builder, node)
    return builder, builder.finish()

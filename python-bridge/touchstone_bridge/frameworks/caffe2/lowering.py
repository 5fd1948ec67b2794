"""Lowers a model to a Caffe2 net, once: from its ONNX graph, or from a plan of operations if it came with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from caffe2.python import core
from caffe2.python.model_helper import ModelHelper

from ...artefact import Array, Graph, Model, Node, Tensors
from ...errors import UnsupportedError
from ...lowering.operations import is_operation_plan, read_operation_plan
from ...lowering.ports import Port
from . import convolution, elementwise, linear, normalisation, recurrent, shaping
from .builder import Builder
from .net_builder import Binding, NetBuilder
from .operation_lowering import lower_operations
from .ports import PlainPort

Operator = Callable[[Builder, Node], None]

# adapters/caffe2/index.ts lists the same names; tests/python-bridge holds the two together.
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
    """The net with the blobs that it reads and writes; bindings say which hold a trainable weight."""

    prefix: str
    model: ModelHelper
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    values: dict[str, Array]
    bindings: tuple[Binding, ...]
    # As many as inputs and outputs.
    input_ports: Sequence[Port]
    output_ports: Sequence[Port]


def lower(model: Model, training: bool, threads: int) -> Lowered:
    """UnsupportedError names what Caffe2, or the lowering, has not."""
    graph = model.graph
    if not is_operation_plan(model):
        return lower_graph(graph, model.weights, training, threads)
    plan = read_operation_plan(model)
    builder, outputs = lower_operations(plan, graph, model.weights, training, threads)
    return lowered(builder, graph, outputs, plan.inputs, plan.outputs)


def lower_graph(graph: Graph, weights: Tensors, training: bool, threads: int) -> Lowered:
    """Builds Caffe2's own operators from the graph. UnsupportedError names what has none."""
    builder = Builder(graph, weights, training, threads)
    with core.NameScope(builder.prefix):
        for node in graph.nodes:
            operator = OPERATORS.get(node.operator)
            if operator is None:
                raise UnsupportedError(f"the Caffe2 lowering has no operator {node.operator}")
            if node.name not in builder.absorbed:
                operator(builder, node)
        outputs = [builder.value(info.name) for info in graph.outputs]
    inputs, named = ([PlainPort(info.name) for info in infos] for infos in (graph.inputs, graph.outputs))
    return lowered(builder, graph, outputs, inputs, named)


def lowered(
    builder: NetBuilder,
    graph: Graph,
    outputs: Sequence[core.BlobReference],
    input_ports: Sequence[Port],
    output_ports: Sequence[Port],
) -> Lowered:
    """With everything bound that training is to update."""
    bound = {binding.name for binding in builder.bindings}
    unbound = set(graph.parameters) - bound if builder.training else set()
    if unbound:
        raise UnsupportedError(f"training of weights that no operator reads: {', '.join(sorted(unbound))}")
    # The recurrent layer registers all that it has, bound before or not; only what is bound is trained.
    trained = {blob for binding in builder.bindings for blob in binding.blobs}
    params = {str(blob): blob for blob in builder.model.params}
    builder.model.params[:] = [blob for name, blob in params.items() if name in trained]
    # The optimiser's state is made to the shapes of weights that are in the workspace by then.
    for blob in builder.model.params:
        if not builder.model.param_init_net.BlobIsDefined(blob):
            builder.model.param_init_net.AddExternalInput(blob)
    return Lowered(
        builder.prefix,
        builder.model,
        tuple(map(str, builder.inputs)),
        tuple(map(str, outputs)),
        builder.values,
        tuple(builder.bindings),
        input_ports,
        output_ports,
    )

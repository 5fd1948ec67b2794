"""Lowers an ONNX graph to a Caffe2 net, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from caffe2.python import core
from caffe2.python.model_helper import ModelHelper

from ...artefact import Array, Graph, Node, Tensors
from ...errors import UnsupportedError
from . import convolution, elementwise, linear, normalisation, recurrent, shaping
from .builder import Binding, Builder

Operator = Callable[[Builder, Node], None]

# adapters/caffe2.ts lists the same names; tests/python-bridge holds the two together.
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


def lower(graph: Graph, weights: Tensors, training: bool, threads: int) -> Lowered:
    """Builds Caffe2's own operators from the graph. UnsupportedError names what has none."""
    builder = Builder(graph, weights, training, threads)
    with core.NameScope(builder.prefix):
        for node in graph.nodes:
            operator = OPERATORS.get(node.operator)
            if operator is None:
                raise UnsupportedError(f"the Caffe2 lowering has no operator {node.operator}")
            if node.name not in builder.absorbed:
                operator(builder, node)
        outputs = tuple(str(builder.value(info.name)) for info in graph.outputs)
    bound = {binding.name for binding in builder.bindings}
    unbound = set(graph.parameters) - bound if training else set()
    if unbound:
        raise UnsupportedError(f"training of weights that no operator reads: {', '.join(sorted(unbound))}")
    # The recurrent layer registers all that it has; only what is bound is trained.
    trained = {blob for binding in builder.bindings for blob in binding.blobs}
    builder.model.params[:] = [blob for blob in builder.model.params if str(blob) in trained]
    # The optimiser's state is made to the shapes of weights that are in the workspace by then.
    for blob in builder.model.params:
        if not builder.model.param_init_net.BlobIsDefined(blob):
            builder.model.param_init_net.AddExternalInput(blob)
    return Lowered(
        builder.prefix,
        builder.model,
        tuple(map(str, builder.inputs)),
        outputs,
        builder.values,
        tuple(builder.bindings),
    )

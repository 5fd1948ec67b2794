"""Lowers a plan of operations to an `nn.Module`: PyTorch's own call for each."""

from __future__ import annotations

from torch import fx, nn

from ...artefact import Graph, Tensors
from ...errors import UnsupportedError
from ...lowering.operations import OperationPlan
from .operation_builder import Build, OperationBuilder, Step
from .operation_elementwise import ELEMENTWISE
from .operation_indexing import INDEXING
from .operation_normalisation import NORMALISATION
from .operation_recurrent import RECURRENT
from .operation_shapes import SHAPES
from .operation_windows import WINDOWS

# adapters/pytorch/capabilities.ts says what of them PyTorch has.
OPERATIONS: dict[str, Build] = {
    **ELEMENTWISE,
    **SHAPES,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}


def lower_operations(
    plan: OperationPlan, graph: Graph, weights: Tensors, training: bool
) -> tuple[OperationBuilder, nn.Module]:
    learning = graph.parameters if training else ()
    builder = OperationBuilder(plan, weights, learning, training)
    for operation in plan.operations:
        build = OPERATIONS.get(operation.kind)
        if build is None:
            raise UnsupportedError(f"the PyTorch lowering has no operation {operation.kind}")
        built = build(Step(builder, operation))
        builder.define(operation, [built] if isinstance(built, fx.Node) else built)
    return builder, builder.module([builder.value(port.tensor) for port in plan.outputs])

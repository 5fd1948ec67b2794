"""Lowers a plan of operations to a Caffe2 net: its own operator for each, or a few of them."""

from __future__ import annotations

from collections.abc import Sequence

from caffe2.python import core

from ...artefact import Graph, Tensors
from ...errors import UnsupportedError
from ...lowering.operations import OperationPlan
from .operation_builder import Build, OperationBuilder, Step
from .operation_elementwise import ELEMENTWISE
from .operation_indexing import INDEXING
from .operation_normalisation import NORMALISATION
from .operation_recurrent import RECURRENT
from .operation_reductions import REDUCTIONS
from .operation_shapes import SHAPES
from .operation_windows import WINDOWS

# adapters/caffe2/capabilities.ts says what of them Caffe2 has.
OPERATIONS: dict[str, Build] = {
    **ELEMENTWISE,
    **REDUCTIONS,
    **SHAPES,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}


def lower_operations(
    plan: OperationPlan, graph: Graph, weights: Tensors, training: bool, threads: int
) -> tuple[OperationBuilder, Sequence[core.BlobReference]]:
    builder = OperationBuilder(plan, weights, graph.parameters, training, threads)
    with core.NameScope(builder.prefix):
        for operation in plan.operations:
            build = OPERATIONS.get(operation.kind)
            if build is None:
                raise UnsupportedError(f"the Caffe2 lowering has no operation {operation.kind}")
            built = build(Step(builder, operation))
            builder.define(operation, [built] if isinstance(built, core.BlobReference) else built)
        return builder, [builder.value(port.tensor) for port in plan.outputs]

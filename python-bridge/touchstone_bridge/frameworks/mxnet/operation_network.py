"""A plan of operations as one symbol of MXNet's NumPy interface, which is the one that is documented since 1.6."""

from __future__ import annotations

from typing import Dict

import mxnet as mx

from ...artefact import Model
from ...errors import UnsupportedError
from ...lowering.operations import Operation, read_operation_plan
from .operation_builder import Build, OperationBuilder, Step
from .operation_elementwise import ELEMENTWISE
from .operation_indexing import INDEXING
from .operation_normalisation import NORMALISATION
from .operation_recurrent import RECURRENT
from .operation_shapes import SHAPES
from .operation_windows import WINDOWS
from .symbol_builder import Lowered

# adapters/mxnet/capabilities.ts lists the same names; tests/python-bridge holds the two together.
OPERATIONS: Dict[str, Build] = {
    **ELEMENTWISE,
    **SHAPES,
    **INDEXING,
    **WINDOWS,
    **NORMALISATION,
    **RECURRENT,
}


def lower_operations(model: Model, training: bool) -> Lowered:
    """UnsupportedError names a kind of operation that is not built here."""
    plan = read_operation_plan(model)
    with mx.util.np_shape(True), mx.util.np_array(True):
        builder = OperationBuilder(plan, model.weights)
        for operation in plan.operations:
            results = build_of(operation)(Step(builder, operation))
            several = isinstance(results, (list, tuple))
            builder.define(operation, results if several else [results])
        outputs = [builder.value(port.tensor) for port in plan.outputs]
    return Lowered(
        inputs=builder.inputs,
        outputs=outputs,
        parameters=builder.parameters,
        bindings=builder.bindings,
        input_ports=plan.inputs,
        output_ports=plan.outputs,
        numpy=True,
    )


def build_of(operation: Operation) -> Build:
    build = OPERATIONS.get(operation.kind)
    if build is None:
        raise UnsupportedError(f"the MXNet lowering has no operation {operation.kind}")
    return build

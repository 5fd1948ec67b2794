"""A plan of operations as symbols: MXNet's own operator for each, or a few of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Sequence, Tuple

import mxnet as mx

from ...artefact import Array, Model
from ...errors import UnsupportedError
from ...lowering.operations import Constant, TypedPort, read_operation_plan
from .builder import Builder, Step, Symbol
from .operations import OPERATIONS


@dataclass(frozen=True)
class Lowered:
    """What becomes a `SymbolBlock`: the symbols of the plan's inputs and outputs, in order."""

    inputs: Sequence[Symbol]
    outputs: Sequence[Symbol]
    # Initial values, by the names of the parameters.
    parameters: Dict[str, Array]
    # Each constant that training updates, and the parameter that holds it.
    trained: Sequence[Tuple[Constant, str]]
    input_ports: Sequence[TypedPort]
    output_ports: Sequence[TypedPort]
    # Whether it has arrays without axes or without elements.
    has_numpy_shapes: bool


def lower(model: Model) -> Lowered:
    """Called within NumPy's semantics of shapes. UnsupportedError names an operation that is not in OPERATIONS."""
    plan = read_operation_plan(model)
    with mx.util.np_array(True):
        builder = Builder(plan, model.weights)
        for operation in plan.operations:
            build = OPERATIONS.get(operation.kind)
            if build is None:
                raise UnsupportedError(
                    f"{operation.node} is planned as {operation.kind}, which is not supported by MXNet"
                )
            results = build(Step(builder, operation))
            builder.define(operation, results if isinstance(results, (list, tuple)) else [results])
        outputs = [builder.value(port.tensor) for port in plan.outputs]
    return Lowered(
        [symbol.as_nd_ndarray() for symbol in builder.inputs],
        [symbol.as_nd_ndarray() for symbol in outputs],
        builder.parameters,
        builder.trained,
        plan.inputs,
        plan.outputs,
        builder.has_numpy_shapes,
    )

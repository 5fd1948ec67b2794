"""A plan of operations as one `nn.Module`: PyTorch's own layer or function for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import fx, nn

from ...artefact import Model
from ...errors import UnsupportedError
from ...lowering.operations import Constant, TypedPort, read_operation_plan
from .builder import Builder, Step
from .operations import OPERATIONS


@dataclass(frozen=True)
class Lowered:
    """A module that takes the plan's inputs in order and returns its outputs."""

    module: nn.Module
    # Each constant that training updates, and the parameter that holds it.
    trained: Sequence[tuple[Constant, nn.Parameter]]
    inputs: Sequence[TypedPort]
    outputs: Sequence[TypedPort]


def lower(model: Model, training: bool) -> Lowered:
    """UnsupportedError where the plan has an operation that is not built here."""
    plan = read_operation_plan(model)
    builder = Builder(plan, model.weights, training)
    for operation in plan.operations:
        build = OPERATIONS.get(operation.kind)
        if build is None:
            raise UnsupportedError(f"{operation.node}: PyTorch has no operation {operation.kind}")
        built = build(Step(builder, operation))
        builder.define(operation, [built] if isinstance(built, fx.Node) else built)
    module = builder.module([builder.value(port.tensor) for port in plan.outputs])
    trained = [(constant, builder.parameter(constant.tensor)) for constant in plan.trained]
    return Lowered(module, trained, plan.inputs, plan.outputs)

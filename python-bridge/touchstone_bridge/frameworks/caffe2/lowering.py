"""Lowers a plan of operations to a Caffe2 net, once: its own operator for each operation, or a few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caffe2.python import core
from caffe2.python.model_helper import ModelHelper

from ...artefact import Array, Model
from ...errors import UnsupportedError
from ...lowering.operations import TypedPort, read_operation_plan
from .builder import Binding, Builder, Step
from .operations import OPERATIONS


@dataclass(frozen=True)
class Lowered:
    """The net, the blobs that it reads and writes, and which of them hold the trained constants."""

    prefix: str
    model: ModelHelper
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    # Initial values of weights and constants, by blob.
    values: dict[str, Array]
    bindings: tuple[Binding, ...]
    # As many as inputs and outputs.
    input_ports: Sequence[TypedPort]
    output_ports: Sequence[TypedPort]


def lower(model: Model, training: bool, threads: int) -> Lowered:
    """UnsupportedError names an operation that is not in OPERATIONS."""
    plan = read_operation_plan(model)
    builder = Builder(plan, model.weights, training, threads)
    with core.NameScope(builder.prefix):
        for operation in plan.operations:
            build = OPERATIONS.get(operation.kind)
            if build is None:
                raise UnsupportedError(
                    f"{operation.node} is planned as {operation.kind}, which is not supported in Caffe2"
                )
            built = build(Step(builder, operation))
            builder.define(operation, [built] if isinstance(built, core.BlobReference) else built)
        outputs = [builder.value(port.tensor) for port in plan.outputs]
    keep_trained(builder)
    return Lowered(
        builder.prefix,
        builder.model,
        tuple(map(str, builder.inputs)),
        tuple(map(str, outputs)),
        builder.values,
        tuple(builder.bindings),
        plan.inputs,
        plan.outputs,
    )


def keep_trained(builder: Builder) -> None:
    """Makes the trained blobs the parameters of the model: recurrent layers register all of theirs, frozen ones too."""
    trained = {blob for binding in builder.bindings for blob in binding.blobs}
    params = {str(blob): blob for blob in builder.model.params}
    builder.model.params[:] = [blob for name, blob in params.items() if name in trained]
    # The optimiser's state takes the shapes of weights that are in the workspace by then.
    for blob in builder.model.params:
        if not builder.model.param_init_net.BlobIsDefined(blob):
            builder.model.param_init_net.AddExternalInput(blob)

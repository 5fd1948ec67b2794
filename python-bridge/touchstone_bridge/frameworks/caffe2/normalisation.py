"""Softmax and batch normalisation."""

from __future__ import annotations

from ...artefact import Node
from ...lowering.attributes import integer, number, refuse
from .builder import Builder
from .net_builder import as_is

# Since this operator set softmax works along one axis; before, over all from that axis on, as Caffe2's does.
SOFTMAX_ALONG_ONE_AXIS = 13


def softmax(builder: Builder, node: Node) -> None:
    rank = builder.rank(node.inputs[0])
    one_axis = builder.graph.opset >= SOFTMAX_ALONG_ONE_AXIS
    axis = integer(node, "axis", -1 if one_axis else 1) % rank
    operand = builder.value(node.inputs[0])
    if not one_axis or axis == rank - 1:
        builder.define(node.outputs[0], builder.operate("Softmax", [operand], axis=axis))
        return
    swapped = list(range(rank))
    swapped[axis], swapped[-1] = swapped[-1], swapped[axis]
    turned = builder.operate("Transpose", [operand], axes=swapped)
    result = builder.operate("Softmax", [turned], axis=rank - 1)
    builder.define(node.outputs[0], builder.operate("Transpose", [result], axes=swapped))


def batch_normalisation(builder: Builder, node: Node) -> None:
    """By its running statistics in inference; in training by those of the batch, which move the running ones."""
    learns = integer(node, "training_mode", 0)
    refuse(node, unless=bool(learns) == builder.training, because=f"with training_mode {learns}")
    refuse(node, unless=integer(node, "spatial", 1) == 1, because="with spatial 0")
    rank = builder.rank(node.inputs[0])
    refuse(node, unless=2 <= rank <= 5, because=f"over {rank} axes")
    statistics = [
        builder.parameter(node.inputs[position], builder.constant(node, position), as_is)
        for position in range(1, 5)
    ]
    operands = [builder.value(node.inputs[0]), *statistics]
    arguments = {"epsilon": number(node, "epsilon", 1e-5), "order": "NCHW"}
    if not learns:
        builder.define(node.outputs[0], builder.operate("SpatialBN", operands, is_test=1, **arguments))
        return
    # In training it wants an axis behind the channels.
    is_plain = rank == 2
    if is_plain:
        operands[0] = builder.operate("ExpandDims", [operands[0]], dims=[2])
    # The running statistics are written in place; those of the batch are what its gradient needs.
    outputs = [builder.fresh("spatialbn"), *statistics[2:], builder.fresh("mean"), builder.fresh("deviation")]
    momentum = number(node, "momentum", 0.9)
    builder.net.SpatialBN(operands, outputs, is_test=0, momentum=momentum, **arguments)
    result = builder.operate("Squeeze", [outputs[0]], dims=[2]) if is_plain else outputs[0]
    builder.define(node.outputs[0], result)


OPERATORS = {"Softmax": softmax, "BatchNormalization": batch_normalisation}

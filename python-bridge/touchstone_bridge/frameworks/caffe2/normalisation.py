"""Softmax and batch normalisation."""

from __future__ import annotations

from ...artefact import Node
from ...lowering.attributes import integer, number, refuse
from .builder import Builder, as_is

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
    """With its running statistics; ONNX files say nothing of how training should update them."""
    refuse(node, unless=not builder.training, because="in training")
    refuse(node, unless=integer(node, "training_mode", 0) == 0, because="with training_mode 1")
    refuse(node, unless=integer(node, "spatial", 1) == 1, because="with spatial 0")
    rank = builder.rank(node.inputs[0])
    refuse(node, unless=2 <= rank <= 5, because=f"over {rank} axes")
    statistics = [
        builder.parameter(node.inputs[position], builder.constant(node, position), as_is)
        for position in range(1, 5)
    ]
    result = builder.operate(
        "SpatialBN",
        [builder.value(node.inputs[0]), *statistics],
        is_test=1,
        epsilon=number(node, "epsilon", 1e-5),
        order="NCHW",
    )
    builder.define(node.outputs[0], result)


OPERATORS = {"Softmax": softmax, "BatchNormalization": batch_normalisation}

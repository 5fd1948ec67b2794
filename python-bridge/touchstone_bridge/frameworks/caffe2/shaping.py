"""Operators that move elements about. Shapes are the observed ones: the graph's are static."""

from __future__ import annotations

from ...artefact import Node
from ...lowering.attributes import integer, integers
from .builder import Builder
from .linear import is_layer


def flatten(builder: Builder, node: Node) -> None:
    """Nothing before a linear layer, which takes [batch, …] as it is."""
    axis = integer(node, "axis", 1)
    consumer = builder.only_consumer(node.outputs[0])
    feeds_layer = consumer is not None and consumer.operator == "Gemm" and is_layer(builder, consumer)
    if axis == 1 and feeds_layer and builder.rank(node.inputs[0]) > 1:
        builder.define(node.outputs[0], builder.value(node.inputs[0]))
    elif axis >= 0 and builder.rank(node.inputs[0]) > 1:
        builder.define(
            node.outputs[0], builder.operate("Flatten", [builder.value(node.inputs[0])], axis=axis)
        )
    else:
        reshape(builder, node)


def reshape(builder: Builder, node: Node) -> None:
    shape = list(builder.shape(node.outputs[0]))
    outputs = [builder.fresh("reshape"), builder.fresh("old_shape")]
    result, _ = builder.net.Reshape([builder.value(node.inputs[0])], outputs, shape=shape)
    builder.define(node.outputs[0], result)


def transpose(builder: Builder, node: Node) -> None:
    backwards = list(reversed(range(builder.rank(node.inputs[0]))))
    axes = list(integers(node, "perm", backwards))
    builder.define(node.outputs[0], builder.operate("Transpose", [builder.value(node.inputs[0])], axes=axes))


def concat(builder: Builder, node: Node) -> None:
    axis = integer(node, "axis", 0) % builder.rank(node.outputs[0])
    outputs = [builder.fresh("concat"), builder.fresh("split")]
    result, _ = builder.net.Concat([builder.value(name) for name in node.inputs], outputs, axis=axis)
    builder.define(node.outputs[0], result)


def reduce_mean(builder: Builder, node: Node) -> None:
    """Axes are an attribute before operator set 18 and an input since."""
    rank = builder.rank(node.inputs[0])
    if builder.has_input(node, 1):
        axes = tuple(int(axis) for axis in builder.constant(node, 1))
    else:
        axes = integers(node, "axes", ())
    operand = builder.value(node.inputs[0])
    if not axes and integer(node, "noop_with_empty_axes", 0):
        builder.define(node.outputs[0], operand)
        return
    result = builder.operate(
        "ReduceMean",
        [operand],
        axes=sorted(axis % rank for axis in axes or range(rank)),
        keepdims=integer(node, "keepdims", 1),
    )
    builder.define(node.outputs[0], result)


OPERATORS = {
    "Flatten": flatten,
    "Reshape": reshape,
    "Squeeze": reshape,
    "Unsqueeze": reshape,
    "Transpose": transpose,
    "Concat": concat,
    "ReduceMean": reduce_mean,
}

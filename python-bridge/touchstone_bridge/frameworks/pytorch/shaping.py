"""Operators that move elements about. Shapes are the observed ones: the graph's are static."""

from __future__ import annotations

import torch

from ...artefact import Node
from ...lowering.attributes import integer, integers
from .builder import Builder


def flatten(builder: Builder, node: Node) -> None:
    operand, axis = builder.value(node.inputs[0]), integer(node, "axis", 1)
    if axis == 1 and builder.rank(node.inputs[0]) > 1:
        builder.define(node.outputs[0], builder.call(torch.flatten, operand, 1))
    else:
        reshape(builder, node)


def reshape(builder: Builder, node: Node) -> None:
    """Reshape, Squeeze and Unsqueeze: all three only rename the axes of the same row-major data."""
    shape = builder.shape(node.outputs[0])
    builder.define(node.outputs[0], builder.call(torch.reshape, builder.value(node.inputs[0]), shape))


def transpose(builder: Builder, node: Node) -> None:
    backwards = list(reversed(range(builder.rank(node.inputs[0]))))
    order = integers(node, "perm", backwards)
    builder.define(node.outputs[0], builder.call(torch.permute, builder.value(node.inputs[0]), order))


def concat(builder: Builder, node: Node) -> None:
    parts = tuple(builder.value(name) for name in node.inputs)
    builder.define(node.outputs[0], builder.call(torch.cat, parts, integer(node, "axis", 0)))


def reduce_mean(builder: Builder, node: Node) -> None:
    """Axes are an attribute before operator set 18 and an input since."""
    rank = builder.rank(node.inputs[0])
    if builder.has_input(node, 1):
        axes = tuple(int(axis) for axis in builder.constant(node, 1))
    else:
        axes = integers(node, "axes", ())
    if not axes and integer(node, "noop_with_empty_axes", 0):
        builder.define(node.outputs[0], builder.value(node.inputs[0]))
        return
    keep = bool(integer(node, "keepdims", 1))
    axes = axes or tuple(range(rank))
    builder.define(
        node.outputs[0], builder.call(torch.mean, builder.value(node.inputs[0]), axes, keepdim=keep)
    )


OPERATORS = {
    "Flatten": flatten,
    "Reshape": reshape,
    "Squeeze": reshape,
    "Unsqueeze": reshape,
    "Transpose": transpose,
    "Concat": concat,
    "ReduceMean": reduce_mean,
}

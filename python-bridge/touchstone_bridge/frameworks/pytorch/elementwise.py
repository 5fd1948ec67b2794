"""Operators that treat every element alike, with NumPy's broadcasting, which PyTorch shares with ONNX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as functional

from ...artefact import Node
from ...errors import UnsupportedError
from ...lowering.attributes import number, text
from .builder import Builder

Function = Callable[..., Any]


def unary(function: Function) -> Callable[[Builder, Node], None]:
    """An operator of one operand, without attributes."""

    def lower(builder: Builder, node: Node) -> None:
        builder.define(node.outputs[0], builder.call(function, builder.value(node.inputs[0])))

    return lower


def binary(function: Function) -> Callable[[Builder, Node], None]:
    """An operator of two operands."""

    def lower(builder: Builder, node: Node) -> None:
        left, right = (builder.value(name) for name in node.inputs)
        builder.define(node.outputs[0], builder.call(function, left, right))

    return lower


def div(builder: Builder, node: Node) -> None:
    left, right = (builder.value(name) for name in node.inputs)
    # ONNX divides integers as C does.
    whole = "int" in builder.graph.values[node.outputs[0]].type
    options = {"rounding_mode": "trunc"} if whole else {}
    builder.define(node.outputs[0], builder.call(torch.div, left, right, **options))


def leaky_relu(builder: Builder, node: Node) -> None:
    operand = builder.value(node.inputs[0])
    builder.define(node.outputs[0], builder.call(functional.leaky_relu, operand, number(node, "alpha", 0.01)))


def elu(builder: Builder, node: Node) -> None:
    operand = builder.value(node.inputs[0])
    builder.define(node.outputs[0], builder.call(functional.elu, operand, number(node, "alpha", 1.0)))


def gelu(builder: Builder, node: Node) -> None:
    operand, approximate = builder.value(node.inputs[0]), text(node, "approximate", "none")
    builder.define(node.outputs[0], builder.call(functional.gelu, operand, approximate=approximate))


def clip(builder: Builder, node: Node) -> None:
    """Bounds are attributes before operator set 11 and inputs since."""
    low, high = (bound(builder, node, name, position) for position, name in ((1, "min"), (2, "max")))
    operand = builder.value(node.inputs[0])
    if low is None and high is None:
        builder.define(node.outputs[0], operand)
    else:
        builder.define(node.outputs[0], builder.call(torch.clamp, operand, low, high))


def bound(builder: Builder, node: Node, attribute: str, position: int) -> float | None:
    """A bound as a plain number; None where there is none."""
    if builder.has_input(node, position):
        if builder.is_trainable(node.inputs[position]):
            raise UnsupportedError(f"training of {node.inputs[position]}, a bound of Clip")
        return builder.constant(node, position).item()
    return number(node, attribute, 0.0) if attribute in node.attributes else None


def identity(builder: Builder, node: Node) -> None:
    builder.define(node.outputs[0], builder.value(node.inputs[0]))


def dropout(builder: Builder, node: Node) -> None:
    """Identity in inference. In training its masks are random, so no two frameworks could be proved equal."""
    if builder.training:
        raise UnsupportedError("training with Dropout, whose masks are random")
    if len(node.outputs) > 1 and node.outputs[1]:
        raise UnsupportedError("Dropout with its mask output")
    identity(builder, node)


OPERATORS: dict[str, Callable[[Builder, Node], None]] = {
    "Relu": unary(functional.relu),
    "Sigmoid": unary(torch.sigmoid),
    "Tanh": unary(torch.tanh),
    "Exp": unary(torch.exp),
    "Log": unary(torch.log),
    "Sqrt": unary(torch.sqrt),
    "Neg": unary(torch.neg),
    "Abs": unary(torch.abs),
    "Erf": unary(torch.erf),
    "Add": binary(torch.add),
    "Sub": binary(torch.sub),
    "Mul": binary(torch.mul),
    "Pow": binary(torch.pow),
    "Div": div,
    "LeakyRelu": leaky_relu,
    "Elu": elu,
    "Gelu": gelu,
    "Clip": clip,
    "Identity": identity,
    "Dropout": dropout,
}

"""Operators that treat every element alike; those of two operands broadcast as NumPy and ONNX do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...artefact import Node
from ...errors import UnsupportedError
from ...lowering.attributes import number, refuse, text
from .builder import Builder


def unary(operator: str, **defaults: float) -> Callable[[Builder, Node], None]:
    """An operator of one operand, with the attributes that have the same name in both."""

    def lower(builder: Builder, node: Node) -> None:
        arguments = {name: number(node, name, default) for name, default in defaults.items()}
        operand = builder.value(node.inputs[0])
        builder.define(node.outputs[0], builder.operate(operator, [operand], **arguments))

    return lower


def binary(operator: str) -> Callable[[Builder, Node], None]:
    """An operator of two operands. Integers divide as C's, which is ONNX's way too."""

    def lower(builder: Builder, node: Node) -> None:
        operands = [builder.value(name) for name in node.inputs]
        builder.define(node.outputs[0], builder.operate(operator, operands))

    return lower


def power(builder: Builder, node: Node) -> None:
    """Caffe2's own does not broadcast: the exponent is one number, an argument, or a blob of the same shape."""
    base, exponent = node.inputs
    operand = builder.value(base)
    whole = builder.shape(base) == builder.shape(node.outputs[0])
    if builder.is_constant(exponent) and builder.constant(node, 1).size == 1 and whole:
        if builder.is_trainable(exponent):
            raise UnsupportedError(f"training of {exponent}, the exponent of Pow")
        value = float(builder.constant(node, 1).reshape(()))
        builder.define(node.outputs[0], builder.operate("Pow", [operand], exponent=value))
        return
    same = builder.shape(base) == builder.shape(exponent)
    refuse(node, unless=same, because="with an operand that is broadcast")
    builder.define(node.outputs[0], builder.operate("Pow", [operand, builder.value(exponent)]))


def gelu(builder: Builder, node: Node) -> None:
    fast = text(node, "approximate", "none") == "tanh"
    operand = builder.value(node.inputs[0])
    builder.define(node.outputs[0], builder.operate("Gelu", [operand], fast_gelu=fast))


def clip(builder: Builder, node: Node) -> None:
    """Bounds are attributes before operator set 11 and inputs since."""
    bounds: dict[str, Any] = {}
    for position, name in ((1, "min"), (2, "max")):
        value = bound(builder, node, name, position)
        if value is not None:
            bounds[name] = value
    operand = builder.value(node.inputs[0])
    builder.define(node.outputs[0], builder.operate("Clip", [operand], **bounds) if bounds else operand)


def bound(builder: Builder, node: Node, attribute: str, position: int) -> float | None:
    """A bound as a plain number; None where there is none."""
    if builder.has_input(node, position):
        if builder.is_trainable(node.inputs[position]):
            raise UnsupportedError(f"training of {node.inputs[position]}, a bound of Clip")
        return float(builder.constant(node, position).reshape(()))
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
    "Relu": unary("Relu"),
    "Sigmoid": unary("Sigmoid"),
    "Tanh": unary("Tanh"),
    "Exp": unary("Exp"),
    "Log": unary("Log"),
    "Sqrt": unary("Sqrt"),
    "Neg": unary("Negative"),
    "Abs": unary("Abs"),
    "Erf": unary("Erf"),
    "LeakyRelu": unary("LeakyRelu", alpha=0.01),
    "Elu": unary("Elu", alpha=1.0),
    "Add": binary("Add"),
    "Sub": binary("Sub"),
    "Mul": binary("Mul"),
    "Div": binary("Div"),
    "Pow": power,
    "Gelu": gelu,
    "Clip": clip,
    "Identity": identity,
    "Dropout": dropout,
}

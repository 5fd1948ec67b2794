"""Attributes of ONNX nodes, read with the types that the operator set gives them."""

from __future__ import annotations

from collections.abc import Sequence

from ..artefact import Node
from ..errors import UnsupportedError


def integer(node: Node, name: str, default: int) -> int:
    """An INT attribute."""
    value = node.attributes.get(name, default)
    if not isinstance(value, (int, float)) or int(value) != value:
        raise UnsupportedError(f"{node.operator} with {name} = {value!r}")
    return int(value)


def number(node: Node, name: str, default: float) -> float:
    """A FLOAT attribute."""
    value = node.attributes.get(name, default)
    if not isinstance(value, (int, float)):
        raise UnsupportedError(f"{node.operator} with {name} = {value!r}")
    return float(value)


def text(node: Node, name: str, default: str) -> str:
    """A STRING attribute."""
    value = node.attributes.get(name, default)
    if not isinstance(value, str):
        raise UnsupportedError(f"{node.operator} with {name} = {value!r}")
    return value


def integers(node: Node, name: str, default: Sequence[int]) -> tuple[int, ...]:
    """An INTS attribute."""
    value = node.attributes.get(name, default)
    if isinstance(value, (str, int, float)):
        raise UnsupportedError(f"{node.operator} with {name} = {value!r}")
    return tuple(int(item) for item in value)


def refuse(node: Node, *, unless: bool, because: str) -> None:
    """UnsupportedError naming the node's operator, unless the condition holds."""
    if not unless:
        raise UnsupportedError(f"{node.operator} {because}")

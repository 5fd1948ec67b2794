"""Which floating-point values decide an output: itself, what it ranks, or what it is the integer part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Optional

from ..artefact import Graph, Node

# By operator, which of its outputs is a position along an axis.
POSITIONS = {"ArgMax": 0, "ArgMin": 0, "TopK": 1}
# Operators that leave their first input's elements as they are, in row-major order.
UNCHANGED = {"Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"}


@dataclass(frozen=True)
class Decided:
    """An output and the value that decides it. `kind` is the prefix of its tensors; `axis` is the ranked one."""

    output: str
    value: str
    kind: Optional[str] = None
    axis: int = 0


def decided_outputs(graph: Graph) -> list[Decided]:
    """Without outputs that are integers by nature, such as shapes and counts."""
    producers = {output: node for node in graph.nodes for output in node.outputs}
    found = (decided_by(info.name, graph, producers) for info in graph.outputs)
    return [each for each in found if each is not None]


def decided_by(output: str, graph: Graph, producers: Mapping[str, Node]) -> Optional[Decided]:
    if is_floating_point(graph, output):
        return Decided(output, output)
    value = output
    while (node := producers.get(value)) is not None:
        position = POSITIONS.get(node.operator)
        if position is not None and node.outputs[position] == value:
            return Decided(output, node.inputs[0], "ranked", axis_of(node))
        if node.operator == "Cast" and is_floating_point(graph, node.inputs[0]):
            is_number = graph.values[value].type != "bool"
            return Decided(output, node.inputs[0], "truncated") if is_number else None
        if node.operator != "Cast" and node.operator not in UNCHANGED:
            return None
        value = node.inputs[0]
    return None


def is_floating_point(graph: Graph, value: str) -> bool:
    return value in graph.values and graph.values[value].type.startswith("float")


def axis_of(node: Node) -> int:
    axis = node.attributes.get("axis", -1 if node.operator == "TopK" else 0)
    if not isinstance(axis, int):
        raise ValueError(f"node {node.name}: axis is {axis!r}")
    return axis

"""Names for outputs that a model leaves out."""

from __future__ import annotations

from onnx import AttributeProto, GraphProto


def name_blank_outputs(graph: GraphProto, prefix: str = "") -> None:
    """In place. The evaluator keeps what is left out under "", and the next node without an input gets it."""
    for number, node in enumerate(graph.node):
        for position, output in enumerate(node.output):
            if output == "":
                node.output[position] = f"unused/{prefix}{number}/{position}"
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                name_blank_outputs(attribute.g, f"{prefix}{number}/{attribute.name}/")

"""Names for omitted optional outputs."""

from __future__ import annotations

from onnx import AttributeProto, GraphProto


def name_omitted_outputs(graph: GraphProto, prefix: str = "") -> None:
    """Modifies the graph. The evaluator stores an omitted output as "" and passes it to nodes that omit an input."""
    for number, node in enumerate(graph.node):
        for position, output in enumerate(node.output):
            if output == "":
                node.output[position] = f"unused/{prefix}{number}/{position}"
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                name_omitted_outputs(attribute.g, f"{prefix}{number}/{attribute.name}/")

"""What lowerings that read the graph themselves refuse of a ConvTranspose."""

from __future__ import annotations

from ..artefact import Node
from .attributes import integers, refuse, text


def plain_transposed(node: Node) -> None:
    """Without holes, and with the pads that it says."""
    automatic = text(node, "auto_pad", "NOTSET")
    refuse(node, unless=automatic == "NOTSET", because=f"with auto_pad {automatic}")
    refuse(node, unless="output_shape" not in node.attributes, because="with output_shape")
    refuse(node, unless=set(integers(node, "dilations", ())) <= {1}, because="with dilations")

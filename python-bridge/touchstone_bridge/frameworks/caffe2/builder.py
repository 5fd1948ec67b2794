"""What the operators build with: one net of a `ModelHelper`, and the blobs that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Sequence

import numpy as np
from caffe2.python import model_helper

from ...artefact import Array, Graph, Node, Tensors
from ...errors import UnsupportedError

Transform = Callable[[Array], Array]


@dataclass(frozen=True)
class Binding:
    """A trainable ONNX weight and the blob that holds it; `assemble` gives ONNX layout back."""

    name: str
    blob: str
    assemble: Transform


class Builder:
    """One lowering under way. Blob names are generated: the file's own may clash with those that Caffe2 makes up."""

    def __init__(self, graph: Graph, weights: Tensors, training: bool) -> None:
        self.graph = graph
        self.training = training
        self.model: Any = model_helper.ModelHelper(name="touchstone", arg_scope={"order": "NCHW"})
        self.net: Any = self.model.net
        self.bindings: List[Binding] = []
        # What is fed into the workspace before the net is made.
        self.blobs: Dict[str, Array] = {}
        self.inputs = [f"input_{number}" for number in range(len(graph.inputs))]
        self._weights = weights
        self._values = {info.name: blob for info, blob in zip(graph.inputs, self.inputs)}
        self._count = 0

    def shape(self, name: str) -> tuple[int, ...]:
        """Observed shape of a value."""
        return self.graph.values[name].shape

    def constant(self, node: Node, position: int) -> Array:
        """The weight at that input. UnsupportedError where the input is computed by the graph."""
        name = node.inputs[position]
        if name not in self._weights:
            raise UnsupportedError(f"{node.operator} whose input {position} ({name}) is not a constant")
        return self._weights[name]

    def has_input(self, node: Node, position: int) -> bool:
        """Whether an optional input is given."""
        return len(node.inputs) > position and node.inputs[position] != ""

    def is_trained(self, name: str) -> bool:
        """Whether training updates it; never in inference."""
        return self.training and name in self.graph.parameters

    def feed(self, value: Array, blob: str = "") -> str:
        """A blob with a constant in it."""
        blob = blob or self.fresh("weight")
        self.blobs[blob] = np.ascontiguousarray(value, np.int32 if value.dtype.kind in "iu" else np.float32)
        return blob

    def weight(self, node: Node, position: int, to_native: Transform, to_onnx: Transform) -> str:
        """The weight at that input in Caffe2's layout; it learns if training updates it."""
        name = node.inputs[position]
        blob = self.feed(to_native(self.constant(node, position)))
        self.bind(name, blob, to_onnx)
        return blob

    def bind(self, name: str, blob: str, assemble: Transform) -> None:
        """Makes this blob the one that holds a weight, where that learns."""
        if self.is_trained(name):
            self.bindings.append(Binding(name, blob, assemble))

    def value(self, name: str) -> str:
        """The blob of a computed value or of a constant."""
        if name not in self._values:
            if name not in self._weights:
                raise UnsupportedError(f"the value {name}, which no node computes")
            value = self._weights[name]
            self._values[name] = self.feed(value)
            self.bind(name, self._values[name], lambda array: array.reshape(value.shape))
        return self._values[name]

    def define(self, name: str, blob: str) -> None:
        self._values[name] = blob

    def apply(self, node: Node, operator: str, inputs: Sequence[str], **arguments: Any) -> None:
        """One operator whose first output is the node's. Always a new blob: in-place ones break the gradient pass."""
        self.define(node.outputs[0], self.emit(operator, inputs, **arguments))

    def emit(self, operator: str, inputs: Sequence[str], outputs: int = 1, **arguments: Any) -> str:
        """One operator; the name of its first output."""
        blobs = [self.fresh("value") for _ in range(outputs)]
        getattr(self.net, operator)(list(inputs), blobs, **arguments)
        return blobs[0]

    def outputs(self) -> List[str]:
        return [self.value(info.name) for info in self.graph.outputs]

    def fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._count}"

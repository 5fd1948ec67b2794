"""What the operators build with: a `torch.fx` graph whose modules are PyTorch's own layers.

The graph is compiled once to straight-line Python (`torch.fx.Graph.python_code`), the same code that a user would
write in `forward`. It becomes the `forward` of a plain `nn.Module` rather than of a `torch.fx.GraphModule`, whose
call wrapper costs some 5 µs a call: 2 % of LeNet-5 at batch 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn

from ...artefact import Graph, Node, Tensors
from ...errors import UnsupportedError

Assemble = Callable[[Sequence[torch.Tensor]], torch.Tensor]


@dataclass(frozen=True)
class Binding:
    """A trainable ONNX weight and the PyTorch parameters that hold it; `assemble` gives ONNX layout back."""

    name: str
    parameters: tuple[nn.Parameter, ...]
    assemble: Assemble

    def weight(self) -> torch.Tensor:
        """A copy of the present value."""
        return self.assemble([parameter.detach() for parameter in self.parameters]).clone()

    def gradient(self) -> torch.Tensor:
        """A copy of the present gradient; zero where the loss does not depend on it."""
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in self.parameters]
        return self.assemble([gradient.detach() for gradient in gradients]).clone()


def as_is(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """For a parameter that PyTorch keeps in ONNX layout."""
    return tensors[0]


class Builder:
    """One lowering under way."""

    def __init__(self, graph: Graph, weights: Tensors, training: bool) -> None:
        self.graph = graph
        self.training = training
        self.bindings: list[Binding] = []
        # Nodes that an earlier one has taken into itself.
        self.absorbed: set[str] = set()
        self._weights = weights
        self._trainable = frozenset(graph.parameters) if training else frozenset()
        self._code = fx.Graph()
        self._root = nn.Module()
        self._values: dict[str, fx.Node] = {}
        self._uses = Counter(name for node in graph.nodes for name in node.inputs)
        self._consumers = {name: node for node in graph.nodes for name in node.inputs}
        self._outputs = {info.name for info in graph.outputs}
        for number, info in enumerate(graph.inputs):
            # Generated names only: the file's own may be no Python name at all, or worse, Python code.
            self._values[info.name] = self._code.placeholder(f"input_{number}")

    def rank(self, name: str) -> int:
        """Number of axes of a value."""
        return len(self.graph.values[name].shape)

    def shape(self, name: str) -> tuple[int, ...]:
        """Observed shape of a value."""
        return self.graph.values[name].shape

    def is_constant(self, name: str) -> bool:
        """Whether a value is a weight or a folded constant."""
        return name in self._weights

    def is_trainable(self, name: str) -> bool:
        """Whether training updates it; never in inference."""
        return name in self._trainable

    def constant(self, node: Node, position: int) -> torch.Tensor:
        """A copy of the weight at that input. UnsupportedError where the input is computed by the graph."""
        name = node.inputs[position]
        if name not in self._weights:
            raise UnsupportedError(f"{node.operator} whose input {position} ({name}) is not a constant")
        return torch.tensor(self._weights[name])

    def has_input(self, node: Node, position: int) -> bool:
        """Whether an optional input is given."""
        return len(node.inputs) > position and node.inputs[position] != ""

    def parameter(self, node: Node, position: int, value: torch.Tensor, assemble: Assemble) -> nn.Parameter:
        """A parameter that holds the weight at that input, in PyTorch's layout; bound if training updates it."""
        name = node.inputs[position]
        parameter = nn.Parameter(value.contiguous(), requires_grad=self.is_trainable(name))
        self.bind(name, (parameter,), assemble)
        return parameter

    def bind(self, name: str, parameters: tuple[nn.Parameter, ...], assemble: Assemble) -> None:
        """Says which parameters hold a weight. Each layer has its own copy, so a trained weight serves one node."""
        if not self.is_trainable(name):
            return
        if self._uses[name] > 1:
            raise UnsupportedError(f"training of the weight {name}, which several nodes share")
        self.bindings.append(Binding(name, parameters, assemble))

    def value(self, name: str) -> fx.Node:
        """A value of the graph as an operand; constants are registered on the module at their first use."""
        if name not in self._values:
            target = f"constant_{len(self._values)}"
            tensor = torch.tensor(self._weights[name])
            if self.is_trainable(name):
                parameter = nn.Parameter(tensor)
                self._root.register_parameter(target, parameter)
                self.bind(name, (parameter,), as_is)
            else:
                self._root.register_buffer(target, tensor)
            self._values[name] = self._code.get_attr(target)
        return self._values[name]

    def call(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> fx.Node:
        """A call of a function; operands among the arguments are `fx.Node`s."""
        return self._code.call_function(function, arguments, options)

    def layer(self, module: nn.Module, *arguments: Any) -> fx.Node:
        """A call of a layer, which becomes a submodule."""
        target = f"{type(module).__name__.lower()}_{len(list(self._root.children()))}"
        self._root.add_module(target, module)
        return self._code.call_module(target, arguments)

    def define(self, name: str, value: fx.Node) -> None:
        """Names a computed value; the empty name of an unused output is ignored."""
        if name:
            self._values[name] = value

    def only_consumer(self, name: str) -> Node | None:
        """The node that alone reads a value, if there is exactly one and the value is no output."""
        return self._consumers[name] if self._uses[name] == 1 and name not in self._outputs else None

    def producer(self, name: str) -> Node | None:
        """The node that computes a value."""
        return next((node for node in self.graph.nodes if name in node.outputs), None)

    def remove(self, name: str) -> None:
        """Takes back the computation of a value that its only consumer does without."""
        self._code.erase_node(self._values.pop(name))

    def finish(self) -> nn.Module:
        """The module: its `forward` takes the graph's inputs in order, and returns the output, or a tuple of them."""
        outputs = tuple(self.value(info.name) for info in self.graph.outputs)
        self._code.output(outputs[0] if len(outputs) == 1 else outputs)
        self._code.lint()
        source = self._code.python_code("self")
        namespace: dict[str, Any] = dict(source.globals)
        exec(compile(source.src, "<lowered by touchstone>", "exec"), namespace)
        lowered = type("Lowered", (nn.Module,), {"forward": namespace["forward"], "code": source.src})()
        for name, child in self._root.named_children():
            lowered.add_module(name, child)
        for name, parameter in self._root.named_parameters(recurse=False):
            lowered.register_parameter(name, parameter)
        for name, buffer in self._root.named_buffers(recurse=False):
            lowered.register_buffer(name, buffer)
        return lowered

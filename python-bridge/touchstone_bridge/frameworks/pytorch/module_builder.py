"""A `torch.fx` graph under construction, whose modules are PyTorch's own layers.

The graph is compiled once to straight-line Python (`torch.fx.Graph.python_code`), the same code that a user would
write in `forward`. It becomes the `forward` of a plain `nn.Module` rather than of a `torch.fx.GraphModule`, whose
call wrapper costs some 5 µs a call: 2 % of LeNet-5 at batch 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn

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


class ModuleBuilder:
    """What lowerings build with, whatever they read."""

    def __init__(self, trainable: Iterable[str]) -> None:
        self.bindings: list[Binding] = []
        self._trainable = frozenset(trainable)
        self._code = fx.Graph()
        self._root = nn.Module()

    def is_trainable(self, name: str | None) -> bool:
        """Whether training updates that weight; never in inference."""
        return name in self._trainable

    def bind(self, name: str | None, parameters: tuple[nn.Parameter, ...], assemble: Assemble) -> None:
        """Says which parameters hold a weight."""
        if name is not None and self.is_trainable(name):
            self.bindings.append(Binding(name, parameters, assemble))

    def input(self, number: int) -> fx.Node:
        """The operand that stands for an input."""
        # Generated names only: the file's own may be no Python name at all, or worse, Python code.
        return self._code.placeholder(f"input_{number}")

    def hold(self, target: str, tensor: torch.Tensor, name: str | None, assemble: Assemble) -> fx.Node:
        """A constant as an operand: a parameter if training updates the weight of that name, else a buffer."""
        if self.is_trainable(name):
            parameter = nn.Parameter(tensor)
            self._root.register_parameter(target, parameter)
            self.bind(name, (parameter,), assemble)
        else:
            self._root.register_buffer(target, tensor)
        return self._code.get_attr(target)

    def call(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> fx.Node:
        """A call of a function; operands among the arguments are `fx.Node`s."""
        return self._code.call_function(function, arguments, options)

    def layer(self, module: nn.Module, *arguments: Any) -> fx.Node:
        """A call of a layer, which becomes a submodule."""
        target = f"{type(module).__name__.lower()}_{len(list(self._root.children()))}"
        self._root.add_module(target, module)
        return self._code.call_module(target, arguments)

    def module(self, outputs: Sequence[fx.Node]) -> nn.Module:
        """Its `forward` takes the inputs in order, and returns the output, or a tuple of them."""
        self._code.output(outputs[0] if len(outputs) == 1 else tuple(outputs))
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

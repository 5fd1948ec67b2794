"""A `torch.fx` graph under construction, whose modules are PyTorch's own layers.

The graph is compiled once to straight-line Python (`torch.fx.Graph.python_code`), the same code that a user would
write in `forward`. It becomes the `forward` of a plain `nn.Module` rather than of a `torch.fx.GraphModule`, whose
call wrapper costs some 5 µs a call: 2 % of LeNet-5 at batch 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import fx, nn


class ModuleBuilder:
    def __init__(self) -> None:
        self._code = fx.Graph()
        self._root = nn.Module()

    def input(self, number: int) -> fx.Node:
        """The operand that stands for an input."""
        # Generated names only: the file's own may be no Python name at all, or worse, Python code.
        return self._code.placeholder(f"input_{number}")

    def hold(self, target: str, tensor: torch.Tensor) -> fx.Node:
        """A parameter, or a tensor as a buffer, as an operand."""
        if isinstance(tensor, nn.Parameter):
            self._root.register_parameter(target, tensor)
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
        """Its `forward` takes the inputs in order, and returns the output, or a tuple of them; `code` is its source."""
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

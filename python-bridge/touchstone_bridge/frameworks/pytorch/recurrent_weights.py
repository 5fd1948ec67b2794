"""Weights of recurrent layers: ONNX's tensors, stacked by direction and gate, as the parameters of PyTorch's layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from .module_builder import ModuleBuilder

# Suffixes of a layer's parameters. PyTorch has no layer that only goes backwards: the steps are turned round for it.
DIRECTIONS = {"forward": ("",), "reverse": ("",), "bidirectional": ("", "_reverse")}


@dataclass(frozen=True)
class Gates:
    """Positions of ONNX's gates in PyTorch's order, and the other way round."""

    to_torch: tuple[int, ...]
    to_onnx: tuple[int, ...]


# i, o, f, c and i, f, c, o.
LSTM = Gates((0, 2, 3, 1), (0, 3, 1, 2))
# z, r, h and r, z, n.
GRU = Gates((1, 0, 2), (1, 0, 2))
RNN = Gates((0,), (0,))


def reorder(stacked: torch.Tensor, order: Sequence[int]) -> torch.Tensor:
    """Puts the gates along the first axis into another order."""
    gates = stacked.chunk(len(order))
    return torch.cat([gates[gate] for gate in order])


@dataclass(frozen=True)
class Holder:
    """Gives a layer its parameters, one for each direction, and binds those that learn."""

    builder: ModuleBuilder
    layer: nn.RNNBase
    suffixes: Sequence[str]
    gates: Gates

    def weight(self, name: str | None, attribute: str, weight: torch.Tensor) -> None:
        """[directions, gates × hidden, …]"""
        parameters = self._parameters(attribute, weight, self.builder.is_trainable(name))
        order = self.gates.to_onnx
        self.builder.bind(
            name, parameters, lambda tensors: torch.stack([reorder(tensor, order) for tensor in tensors])
        )

    def one_bias(self, name: str | None, biases: torch.Tensor) -> None:
        """Both of them as they are, or in training as one trainable sum and a frozen zero."""
        halves = biases.chunk(2, dim=1)
        learns = self.builder.is_trainable(name)
        parameters = self._parameters("bias_ih_l0", halves[0] + halves[1] if learns else halves[0], learns)
        self._parameters("bias_hh_l0", torch.zeros_like(halves[1]) if learns else halves[1], False)
        order = self.gates.to_onnx
        self.builder.bind(
            name,
            parameters,
            lambda tensors: torch.stack(
                [torch.cat([reorder(tensor, order), torch.zeros_like(tensor)]) for tensor in tensors]
            ),
        )

    def _parameters(self, attribute: str, stacked: torch.Tensor, learns: bool) -> tuple[nn.Parameter, ...]:
        parameters = tuple(
            nn.Parameter(reorder(part, self.gates.to_torch), requires_grad=learns) for part in stacked
        )
        for suffix, parameter in zip(self.suffixes, parameters):
            setattr(self.layer, attribute + suffix, parameter)
        return parameters

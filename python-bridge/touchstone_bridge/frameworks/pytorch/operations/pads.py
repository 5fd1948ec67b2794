"""Pads as PyTorch's functions take them, and the values that change no maximum or minimum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import torch
import torch.nn.functional as functional
from torch import fx

from ..builder import Step

PerAxis = Union[int, tuple[int, ...]]


def padded(step: Step, pads: Sequence[Sequence[int]], value: float | int) -> fx.Node:
    """The first operand; `pads` are (before, behind) of its last axes."""
    # `functional.pad` wants those of the last axis first.
    edges = tuple(edge for pair in reversed(pads) for edge in pair)
    return step.call(functional.pad, step.x, edges, "constant", value)


def is_symmetric(pads: Sequence[Sequence[int]]) -> bool:
    return all(before == behind for before, behind in pads)


def befores(pads: Sequence[Sequence[int]]) -> PerAxis:
    return uniform([before for before, _ in pads])


def uniform(values: Sequence[int]) -> PerAxis:
    """One number where all axes agree, as a user would write it."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def lowest(kind: torch.dtype) -> float | int:
    return float("-inf") if kind.is_floating_point else torch.iinfo(kind).min


def highest(kind: torch.dtype) -> float | int:
    return float("inf") if kind.is_floating_point else torch.iinfo(kind).max

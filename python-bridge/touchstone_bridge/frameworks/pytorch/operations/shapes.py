"""Operations that only move elements."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import torch
from torch import fx

from ..builder import Build, Step
from .pads import padded


def split(step: Step) -> Sequence[fx.Node]:
    sizes, axis = tuple(step.settings["sizes"]), step.settings["axis"]
    parts = step.call(torch.split, step.x, sizes, axis)
    return [step.call(operator.getitem, parts, place) for place in range(len(sizes))]


def part(step: Step) -> fx.Node:
    settings = step.settings
    slices = tuple(map(slice, settings["begins"], settings["ends"], settings["strides"]))
    return step.call(operator.getitem, step.x, slices)


def pad(step: Step) -> fx.Node:
    value = step.settings["value"]
    return padded(step, step.settings["pads"], value if step.type.is_floating_point else int(value))


SHAPES: dict[str, Build] = {
    "Reshape": lambda step: step.call(torch.reshape, step.x, tuple(step.settings["shape"])),
    "Transpose": lambda step: step.call(torch.permute, step.x, tuple(step.settings["perm"])),
    "Expand": lambda step: step.call(torch.broadcast_to, step.x, tuple(step.settings["shape"])),
    "Tile": lambda step: step.call(torch.tile, step.x, tuple(step.settings["repeats"])),
    "Concat": lambda step: step.call(torch.cat, step.operands, step.settings["axis"]),
    "Split": split,
    "Slice": part,
    "Reverse": lambda step: step.call(torch.flip, step.x, tuple(step.settings["axes"])),
    "Pad": pad,
}

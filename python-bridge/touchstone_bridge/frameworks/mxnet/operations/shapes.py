"""Operations that only move elements."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Callable, Dict, Sequence

from mxnet import symbol

from ..builder import Build, Step, Symbol

np, npx = symbol.np, symbol.npx


def of_bools(build: Callable[[Step, Symbol], Any]) -> Build:
    """An operation without a kernel for bool: that goes as bytes."""

    def moved(step: Step) -> Any:
        if step.type != "bool":
            return build(step, step.x)
        found = build(step, npx.cast(step.x, dtype="uint8"))
        if isinstance(found, (list, tuple)):
            return [npx.cast(each, dtype="bool") for each in found]
        return npx.cast(found, dtype="bool")

    return moved


def split(step: Step, x: Symbol) -> Sequence[Symbol]:
    sizes, axis = step.settings["sizes"], step.settings["axis"]
    if len(sizes) == 1:
        return [np.copy(x)]
    parts = np.split(x, tuple(accumulate(sizes))[:-1], axis=axis)
    return [parts[place] for place in range(len(sizes))]


def part(step: Step) -> Symbol:
    settings = step.settings
    return npx.slice(step.x, begin=settings["begins"], end=settings["ends"], step=settings["strides"])


def pad(step: Step) -> Symbol:
    """Below `np.pad`, whose symbol loses its result (1.9.1). A single axis it takes for two."""
    width = tuple(map(tuple, step.settings["pads"]))
    value = step.settings["value"]
    if len(width) > 1:
        return np._internal.pad(step.x, pad_width=width, mode="constant", constant_value=value)
    row = np.expand_dims(step.x, 0)
    padded = np._internal.pad(row, pad_width=((0, 0), *width), mode="constant", constant_value=value)
    return np.reshape(padded, (-1,))


SHAPES: Dict[str, Build] = {
    "Reshape": lambda step: np.reshape(step.x, tuple(step.settings["shape"])),
    "Transpose": of_bools(lambda step, x: np.transpose(x, tuple(step.settings["perm"]))),
    "Expand": lambda step: np.broadcast_to(step.x, tuple(step.settings["shape"])),
    "Tile": lambda step: np.tile(step.x, tuple(step.settings["repeats"])),
    "Concat": lambda step: np.concatenate(step.operands, axis=step.settings["axis"]),
    "Split": of_bools(split),
    "Slice": part,
    "Reverse": of_bools(lambda step, x: np.flip(x, tuple(step.settings["axes"]))),
    "Pad": pad,
}

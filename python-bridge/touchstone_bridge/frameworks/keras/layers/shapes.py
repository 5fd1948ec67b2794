"""Layers that only move elements, and global poolings. What they call the batch is the first axis, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import keras

from ..builder import Apply, Choose, Step

# By the number of axes.
PADDINGS = {3: keras.layers.ZeroPadding1D, 4: keras.layers.ZeroPadding2D, 5: keras.layers.ZeroPadding3D}
AVERAGES = {
    3: keras.layers.GlobalAveragePooling1D,
    4: keras.layers.GlobalAveragePooling2D,
    5: keras.layers.GlobalAveragePooling3D,
}
MAXIMA = {
    3: keras.layers.GlobalMaxPooling1D,
    4: keras.layers.GlobalMaxPooling2D,
    5: keras.layers.GlobalMaxPooling3D,
}


def reshape(step: Step) -> Optional[Apply]:
    before, after = step.shape, tuple(step.settings["shape"])
    if len(after) < 2 or 0 in after or before[:1] != after[:1]:
        return None
    if len(after) == 2 < len(before):
        return lambda: step.call(keras.layers.Flatten())
    return lambda: step.call(keras.layers.Reshape(after[1:]))


def transpose(step: Step) -> Optional[Apply]:
    first, *others = step.settings["perm"]
    if first != 0 or not others:
        return None
    return lambda: step.call(keras.layers.Permute(others))


def concatenate(step: Step) -> Optional[Apply]:
    axis = step.settings["axis"]
    if axis == 0 or len(step.inputs) < 2 or step.constants(*step.inputs):
        return None
    return lambda: keras.layers.Concatenate(axis=axis)(step.operands)


def zero_padding(step: Step) -> Optional[Apply]:
    padding = PADDINGS.get(len(step.shape))
    pads = [tuple(pair) for pair in step.settings["pads"]]
    if padding is None or step.settings["value"] != 0 or any(pads[0]) or any(pads[-1]):
        return None
    spatial = pads[1:-1]
    return lambda: step.call(padding(spatial[0] if len(spatial) == 1 else spatial))


def global_pooling(layers: Mapping[int, type[keras.Layer]]) -> Choose:
    """A reduction over all axes between the batch and the channels, none of which is empty."""

    def choose(step: Step) -> Optional[Apply]:
        layer = layers.get(len(step.shape))
        spatial = list(range(1, len(step.shape) - 1))
        if layer is None or list(step.settings["axes"]) != spatial or 0 in step.shape:
            return None
        return lambda: step.call(layer(keepdims=step.settings["keepdims"]))

    return choose


SHAPES: Mapping[str, Choose] = {
    "Reshape": reshape,
    "Transpose": transpose,
    "Concat": concatenate,
    "Pad": zero_padding,
    "ReduceMean": global_pooling(AVERAGES),
    "ReduceMax": global_pooling(MAXIMA),
}

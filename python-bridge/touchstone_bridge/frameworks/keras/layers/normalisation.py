"""Normalisations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import keras

from ..builder import Apply, Choose, Step


def batch_normalisation(step: Step) -> Optional[Apply]:
    """By the given statistics. In training the layer would take those of the batch."""
    return None if step.builder.training else batch_layer(step)


def batch_layer(step: Step) -> Optional[Apply]:
    """Its momentum is ONNX's: the share of the old statistics."""
    own = step.inputs[1:]
    if not step.builder.owns(*own):
        return None
    settings = {
        name: step.settings[name] for name in ("axis", "epsilon", "momentum") if name in step.settings
    }
    return lambda: step.call(keras.layers.BatchNormalization(**settings), *([each] for each in own))


def layer_normalisation(step: Step) -> Optional[Apply]:
    _, scale, *bias = step.inputs
    axes = list(step.settings["axes"])
    over = tuple(step.shape[axis] for axis in axes)
    is_whole = all(step.builder.shape(each) == over for each in (scale, *bias))
    if not is_whole or not step.builder.owns(scale, *bias):
        return None

    def apply() -> object:
        epsilon = step.settings["epsilon"]
        layer = keras.layers.LayerNormalization(axis=axes, epsilon=epsilon, center=bool(bias))
        return step.call(layer, [scale], bias)

    return apply


def group_normalisation(step: Step) -> Optional[Apply]:
    """An instance normalisation has a group for each channel."""
    _, scale, bias = step.inputs
    if not step.builder.owns(scale, bias):
        return None

    def apply() -> object:
        groups = step.settings.get("groups", step.shape[-1])
        layer = keras.layers.GroupNormalization(groups, epsilon=step.settings["epsilon"])
        return step.call(layer, [scale], [bias])

    return apply


NORMALISATION: Mapping[str, Choose] = {
    "BatchNormalization": batch_normalisation,
    "TrainingBatchNormalization": batch_layer,
    "LayerNormalization": layer_normalisation,
    "InstanceNormalization": group_normalisation,
    "GroupNormalization": group_normalisation,
}

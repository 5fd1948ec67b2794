"""Rows of a table by index."""

from __future__ import annotations

from typing import Optional

import keras

from ..builder import Apply, Step


def embedding(step: Step) -> Optional[Apply]:
    table, indices = step.inputs
    builder = step.builder
    is_table = len(step.shape) == 2 and step.settings["axis"] == 0 and builder.owns(table)
    if not is_table or builder.constant(indices) is not None or not builder.shape(indices):
        return None

    def apply() -> object:
        layer = keras.layers.Embedding(*step.shape, embeddings_initializer="zeros")
        return step.call_on(builder.value(indices), layer, [table])

    return apply

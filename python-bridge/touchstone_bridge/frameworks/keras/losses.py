"""The losses of model/workload.ts, as Keras takes them: of what is wanted and what came, with weights of examples."""

from __future__ import annotations

from typing import Any, Callable

import keras
from keras import ops

from ...artefact import Model
from ...loss_inputs import loss_name

# Takes (labels, outputs) or (labels, outputs, weights of the examples).
Loss = Callable[..., Any]


def loss_of(model: Model) -> Loss:
    if loss_name(model) == "huber":
        return Huber()
    # Weighed by the advantages, the mean over the examples is the policy gradient's.
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


class Huber(keras.losses.Loss):
    """The loss of the error that is chosen."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        wanted = ops.cast(ops.expand_dims(y_true, -1), "int32")
        chosen = ops.take_along_axis(y_pred, wanted, axis=-1)
        return keras.losses.huber(ops.zeros_like(chosen), chosen)

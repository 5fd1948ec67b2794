"""Keras's LSTM as a plan asks for it, for Keras itself and for TensorFlow, whose `tf.keras` is the same."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence


def make_lstm(keras: Any, settings: Mapping[str, Any]) -> Any:
    """`keras` is the module. The forget gate's bias begins as it is given, not with ones."""
    returns = settings["returns"]
    layer = keras.layers.LSTM(
        settings["units"],
        use_bias=settings["useBias"],
        activation=activation(keras, settings["activation"]),
        recurrent_activation=activation(keras, settings["recurrentActivation"]),
        unit_forget_bias=False,
        go_backwards=settings["direction"] == "reverse",
        return_sequences="sequence" in returns,
        return_state=len(returns) > 1 or "cell" in returns,
        kernel_initializer="zeros",
        recurrent_initializer="zeros",
        bias_initializer="zeros",
    )
    if settings["direction"] != "bidirectional":
        return layer
    return keras.layers.Bidirectional(layer, merge_mode="concat")


def apply_lstm(keras: Any, layer: Any, settings: Mapping[str, Any], inputs: Sequence[Any]) -> List[Any]:
    """The layer's outputs in the order of the plan; `inputs` are the sequence and the first states."""
    x, *states = inputs
    result = layer(x, initial_state=states) if states else layer(x)
    returns = settings["returns"]
    first, *after = result if isinstance(result, (list, tuple)) else [result]
    # Hidden and cell, of each direction.
    hidden, cell = after[0::2], after[1::2]
    found = []
    for output in returns:
        if output == "cell":
            found.append(joined(keras, cell))
        elif output == "last":
            found.append(joined(keras, hidden) if "sequence" in returns else first)
        else:
            # A layer that goes backwards gives its steps in the order in which it took them.
            found.append(keras.ops.flip(first, axis=1) if settings["direction"] == "reverse" else first)
    return found


def activation(keras: Any, name: str) -> Any:
    """Keras 3 has another function by the name of the piecewise linear one. A layer is copied by names of functions."""
    if name != "hardSigmoid":
        return name

    def hard_sigmoid(x: Any) -> Any:
        return keras.ops.clip(0.2 * x + 0.5, 0, 1)

    return keras.utils.register_keras_serializable("touchstone")(hard_sigmoid)


def joined(keras: Any, states: Sequence[Any]) -> Any:
    """Forward, then backward, along the last axis."""
    return states[0] if len(states) == 1 else keras.ops.concatenate(states, axis=-1)

"""An LSTM as `tf.keras.layers.LSTM`, which is what TensorFlow's own guide to recurrent networks has."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import tensorflow as tf

from ...artefact import Tensors
from ...lowering.operations import Constant, Operation
from .operations import Call, Tensor

# Operands in the order in which the layer has its weights.
WEIGHTS = ("w", "r", "bias")


def lstm_layer(
    operation: Operation, constants: Mapping[int, Constant], weights: Tensors
) -> Optional[Tuple[Call, Dict[int, Any]]]:
    """The call, and the layer's variables by the constants that they are; None where its weights are computed."""
    settings = operation.settings
    operands = dict(zip(settings["given"], operation.inputs[1:]))
    both = settings["direction"] == "bidirectional"
    names = [name + suffix for suffix in (("", "Backward") if both else ("",)) for name in WEIGHTS]
    tensors = [operands[name] for name in names if name in operands]
    if any(tensor not in constants for tensor in tensors):
        return None
    layer = make(settings, "bias" in operands)
    natives = [constants[tensor].to_native(weights) for tensor in tensors]
    layer.build((None, None, natives[0].shape[0]))
    layer.set_weights(natives)
    variables = {tensor: variable.value for tensor, variable in zip(tensors, layer.weights)}
    return call_of(layer, settings), variables


def make(settings: Mapping[str, Any], has_bias: bool) -> Any:
    """The forget gate's bias begins as it is given, not with ones."""
    reads = settings["read"]
    layer = tf.keras.layers.LSTM(
        settings["hidden"],
        use_bias=has_bias,
        unit_forget_bias=False,
        go_backwards=settings["direction"] == "reverse",
        return_sequences="sequence" in reads,
        return_state=list(reads) not in (["sequence"], ["last"]),
        kernel_initializer="zeros",
        recurrent_initializer="zeros",
    )
    return tf.keras.layers.Bidirectional(layer) if settings["direction"] == "bidirectional" else layer


def call_of(layer: Any, settings: Mapping[str, Any]) -> Call:
    """Results as the operation has them; any tensor stands for what nothing reads."""
    reads = list(settings["read"])
    names = [name for suffix in ("", "Backward") for name in (f"initialH{suffix}", f"initialC{suffix}")]

    def call(_: Mapping[str, Any], x: Tensor, *rest: Tensor) -> Tuple[Tensor, ...]:
        given = dict(zip(settings["given"], rest))
        states = first_states(given, names, settings, x)
        found = layer(x, initial_state=states) if states else layer(x)
        first, *after = found if isinstance(found, (list, tuple)) else [found]
        # Hidden and cell, of each direction.
        last = joined(after[0::2]) if after else first
        cell = joined(after[1::2]) if after else first
        if "sequence" not in reads:
            return first, first, cell
        # A layer that goes backwards gives its steps in the order in which it took them.
        sequence = tf.reverse(first, [1]) if settings["direction"] == "reverse" else first
        return sequence, last, cell

    return call


def first_states(
    given: Mapping[str, Tensor], names: Sequence[str], settings: Mapping[str, Any], x: Tensor
) -> List[Tensor]:
    """All or none: those that are not given are zero."""
    if not any(name in given for name in names):
        return []
    wanted = names if settings["direction"] == "bidirectional" else names[:2]
    zeros = tf.zeros([x.shape[0], settings["hidden"]], x.dtype)
    return [given.get(name, zeros) for name in wanted]


def joined(directions: Sequence[Tensor]) -> Tensor:
    """Forward, then backward, along the last axis."""
    return directions[0] if len(directions) == 1 else tf.concat(list(directions), -1)

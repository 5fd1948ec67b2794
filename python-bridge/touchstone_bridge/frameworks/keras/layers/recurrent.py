"""LSTM, GRU and SimpleRNN, in one direction or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

import keras

from ....lowering.directions import DIRECTIONS
from ..builder import Apply, Choose, Step
from ..operations.recurrent import hard_sigmoid

LAYERS = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU, "RNN": keras.layers.SimpleRNN}
STATES = {"LSTM": ("initialH", "initialC"), "GRU": ("initialH",), "RNN": ("initialH",)}
# A bidirectional layer copies the layer that it is given, and finds its functions by their names.
GATES: Mapping[str, Any] = {
    "Sigmoid": "sigmoid",
    "HardSigmoid": keras.utils.register_keras_serializable("touchstone")(hard_sigmoid),
}
CELLS = {"Tanh": "tanh", "Relu": "relu"}


def recurrent(step: Step) -> Optional[Apply]:
    settings, kind = step.settings, step.operation.kind
    given = dict(zip(settings["given"], step.inputs[1:]))
    suffixes = [suffix for suffix, _ in DIRECTIONS[settings["direction"]]]
    groups = [group for suffix in suffixes for group in groups_of(given, suffix)]
    # A GRU whose reset comes before its product has one bias.
    summed = kind == "GRU" and not settings["linearBeforeReset"]
    if not step.builder.owns(*(tensor for group in groups for tensor in group)):
        return None
    if summed and step.builder.training and not all(is_first_alone(step, group) for group in groups):
        return None

    def apply() -> Sequence[Any]:
        layer = layer_of(step, "bias" in given)
        states = first_states(step, given, [name + suffix for suffix in suffixes for name in STATES[kind]])
        options = {"initial_state": states} if states else {}
        found = step.call(layer, *groups, summed=summed, **options)
        return results_of(step, found)

    return apply


def groups_of(given: Mapping[str, int], suffix: str) -> list[list[int]]:
    """Constants of the kernel, of the recurrent kernel and, if there is one, of the bias of one direction."""
    biases = [given[name + suffix] for name in ("bias", "recurrentBias") if name + suffix in given]
    return [[given["w" + suffix]], [given["r" + suffix]], *([biases] if biases else [])]


def is_first_alone(step: Step, group: Sequence[int]) -> bool:
    """Whether of several constants the first one alone can be trained, as the others are zero and stay so."""
    others = step.constants(*group[1:])
    return not any(each.trained or each.to_native(step.builder.weights).any() for each in others)


def layer_of(step: Step, has_bias: bool) -> keras.Layer:
    """The forget gate's bias begins as it is given, not with ones."""
    settings, kind = step.settings, step.operation.kind
    given = settings.get("activations", {"gates": "Sigmoid", "cell": "Tanh"})
    reads = list(settings["read"])
    options: dict[str, Any] = {"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}
    if kind != "RNN":
        options["recurrent_activation"] = GATES[given["gates"]]
    if kind == "LSTM":
        options["unit_forget_bias"] = False
    if kind == "GRU":
        options["reset_after"] = settings["linearBeforeReset"]
    layer = LAYERS[kind](
        settings["hidden"],
        activation=CELLS[given["cell"]],
        use_bias=has_bias,
        go_backwards=settings["direction"] == "reverse",
        return_sequences="sequence" in reads,
        return_state=reads not in (["sequence"], ["last"]),
        **options,
    )
    return keras.layers.Bidirectional(layer) if settings["direction"] == "bidirectional" else layer


def first_states(step: Step, given: Mapping[str, int], names: Sequence[str]) -> list[Any]:
    """All or none: those that are not given are zero."""
    known = {name: step.builder.value(given[name]) for name in names if name in given}
    if not known:
        return []
    return [
        known[name] if name in known else keras.ops.zeros_like(next(iter(known.values()))) for name in names
    ]


def results_of(step: Step, found: Any) -> Sequence[Any]:
    """As the operation has them; any tensor stands for what nothing reads."""
    first, *after = found if isinstance(found, (list, tuple)) else [found]
    count = len(STATES[step.operation.kind])
    # The states of one direction, then those of the other.
    last, *cell = [joined(after[place::count]) if after else first for place in range(count)]
    if "sequence" not in step.settings["read"]:
        return first, first, *cell
    # A layer that goes backwards gives its steps in the order in which it took them.
    backward = step.settings["direction"] == "reverse"
    return keras.ops.flip(first, axis=1) if backward else first, last, *cell


def joined(directions: Sequence[Any]) -> Any:
    """Forward, then backward, along the last axis."""
    return directions[0] if len(directions) == 1 else keras.ops.concatenate(directions, axis=-1)


RECURRENT: Mapping[str, Choose] = dict.fromkeys(LAYERS, recurrent)

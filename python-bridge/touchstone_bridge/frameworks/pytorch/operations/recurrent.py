"""LSTM, GRU and RNN as PyTorch's own layers; as the functions below these layers where weights are computed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn

from ..builder import Build, Step

# The plan's name of each of a layer's parameters.
PARAMETERS = {"weight_ih": "w", "weight_hh": "r", "bias_ih": "bias", "bias_hh": "recurrentBias"}
# Suffixes of the plan's names and of PyTorch's, for each direction.
FORWARD, BACKWARD = ("", "_l0"), ("Backward", "_l0_reverse")
# The steps lie behind the batch.
STEPS = 1


@dataclass(frozen=True)
class Kind:
    layer: type[nn.RNNBase]
    function: Callable[..., Any]
    # In the order in which the layer takes and returns them.
    states: tuple[str, ...]


LSTM = Kind(nn.LSTM, torch.lstm, ("initialH", "initialC"))
GRU = Kind(nn.GRU, torch.gru, ("initialH",))
RNN = Kind(nn.RNN, torch.rnn_tanh, ("initialH",))


def recurrent(kind: Kind) -> Build:
    def build(step: Step) -> Sequence[fx.Node]:
        settings = step.settings
        given = dict(zip(("x", *settings["given"]), step.inputs))
        # PyTorch has no layer that only goes backward: it is given the steps in reverse order.
        backward = settings["direction"] == "reverse"
        x = step.call(torch.flip, step.x, (STEPS,)) if backward else step.x
        weights = parameters_of(given)
        states = states_of(step, kind, given)
        if step.builder.is_constant(*weights.values()):
            result = step.builder.layer(layer_of(step, kind, weights), x, *states)
            last = step.call(operator.getitem, result, 1)
            ends = [last] if len(kind.states) == 1 else parts(step, last, (0, 1))
        else:
            result = function_of(step, kind, x, states, weights)
            ends = parts(step, result, range(1, 1 + len(kind.states)))
        # Any tensor may stand for a sequence that nobody reads.
        if "sequence" not in settings["read"]:
            return [ends[0], *ends]
        sequence = step.call(operator.getitem, result, 0)
        return [step.call(torch.flip, sequence, (STEPS,)) if backward else sequence, *ends]

    return build


def parameters_of(given: Mapping[str, int]) -> dict[str, int]:
    """Tensors by the names of the layer's parameters, in PyTorch's order."""
    return {
        attribute + suffix: given[name + ending]
        for ending, suffix in (FORWARD, BACKWARD)
        for attribute, name in PARAMETERS.items()
        if name + ending in given
    }


def layer_of(step: Step, kind: Kind, weights: Mapping[str, int]) -> nn.RNNBase:
    layer = kind.layer(
        step.shape[-1],
        step.settings["hidden"],
        bias="bias_ih_l0" in weights,
        batch_first=True,
        bidirectional=step.settings["direction"] == "bidirectional",
        device="meta",
        dtype=step.type,
    )
    for name, tensor in weights.items():
        setattr(layer, name, step.builder.parameter(tensor))
    return layer


def states_of(step: Step, kind: Kind, given: Mapping[str, int]) -> list[Any]:
    """What the layer takes behind its input: nothing for zeros. A state that is not given beside another is zeros."""
    known = [step.builder.value(given[name]) for name in kind.states if name in given]
    if not known:
        return []
    states = [
        step.builder.value(given[name]) if name in given else step.call(torch.zeros_like, known[0])
        for name in kind.states
    ]
    return states if len(states) == 1 else [tuple(states)]


def function_of(
    step: Step, kind: Kind, x: fx.Node, states: Sequence[Any], weights: Mapping[str, int]
) -> fx.Node:
    """The sequence and the last states."""
    bidirectional = step.settings["direction"] == "bidirectional"
    if not states:
        shape = (1 + bidirectional, step.shape[0], step.settings["hidden"])
        zeros = step.call(torch.zeros, shape, dtype=step.type)
        states = [zeros if len(kind.states) == 1 else (zeros, zeros)]
    flat = [step.builder.value(tensor) for tensor in weights.values()]
    options = ("bias_ih_l0" in weights, 1, 0.0, step.builder.training, bidirectional, True)
    return step.call(kind.function, x, *states, flat, *options)


def parts(step: Step, values: fx.Node, places: Iterable[int]) -> list[fx.Node]:
    return [step.call(operator.getitem, values, place) for place in places]


RECURRENT: dict[str, Build] = {"LSTM": recurrent(LSTM), "GRU": recurrent(GRU), "RNN": recurrent(RNN)}

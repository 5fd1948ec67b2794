"""LSTM, GRU and RNN as PyTorch's own layers; as its functions of the same kernels where weights are computed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn

from . import recurrent_weights as orders
from .operation_builder import Build, Step
from .recurrent_weights import DIRECTIONS, Gates, Holder, reorder


@dataclass(frozen=True)
class Kind:
    layer: type[nn.RNNBase]
    function: Callable[..., Any]
    gates: Gates
    # In the order of the states that the layer takes and gives.
    states: tuple[str, ...]


LSTM = Kind(nn.LSTM, torch.lstm, orders.LSTM, ("initialH", "initialC"))
GRU = Kind(nn.GRU, torch.gru, orders.GRU, ("initialH",))
RNN = Kind(nn.RNN, torch.rnn_tanh, orders.RNN, ("initialH",))


def recurrent(kind: Kind) -> Build:
    def build(step: Step) -> Sequence[fx.Node]:
        settings = step.settings
        names = ("x", "w", "r", *settings["given"])
        given = dict(zip(names, step.operation.inputs))
        backward = settings["direction"] == "reverse"
        x = step.call(torch.flip, step.x, (0,)) if backward else step.x
        layer = layer_of(step, kind, given)
        states = initial_states(step, kind, given)
        if layer is None:
            result = functional(step, kind, x, given, states)
        else:
            result = step.builder.layer(layer, x) if states is None else step.builder.layer(layer, x, states)
        last = step.call(operator.getitem, result, 1)
        ends = [last] if len(kind.states) == 1 else [step.call(operator.getitem, last, n) for n in (0, 1)]
        # Nobody reads a sequence that is not asked for: anything may stand for it.
        sequence = sequence_of(step, result, backward) if "sequence" in settings["read"] else ends[0]
        return [sequence, *ends]

    return build


def layer_of(step: Step, kind: Kind, given: Mapping[str, int]) -> nn.RNNBase | None:
    """None where it cannot have the weights for itself."""
    builder, hidden = step.builder, step.settings["hidden"]
    constants = {name: builder.constant(given[name]) for name in ("w", "r", "bias") if name in given}
    w, r, bias = (constants.get(name) for name in ("w", "r", "bias"))
    if w is None or r is None or None in constants.values():
        return None
    suffixes = DIRECTIONS[step.settings["direction"]]
    layer = kind.layer(
        w[1].shape[-1],
        hidden,
        bias=bias is not None,
        bidirectional=len(suffixes) == 2,
        device="meta",
        dtype=step.type,
    )
    holder = Holder(builder, layer, suffixes, kind.gates)
    holder.weight(w[0], "weight_ih_l0", w[1])
    holder.weight(r[0], "weight_hh_l0", r[1])
    if bias is not None:
        holder.one_bias(*bias)
    return layer


def initial_states(step: Step, kind: Kind, given: Mapping[str, int]) -> Any:
    """None for zeros; of one that is given alone the other is zeros."""
    known = [step.builder.value(given[name]) for name in kind.states if name in given]
    if not known:
        return None
    states = tuple(
        step.builder.value(given[name]) if name in given else step.call(torch.zeros_like, known[0])
        for name in kind.states
    )
    return states if len(states) > 1 else states[0]


def functional(step: Step, kind: Kind, x: fx.Node, given: Mapping[str, int], states: Any) -> fx.Node:
    weights = {
        name: step.builder.value(given[name]) if name in given else None for name in ("w", "r", "bias")
    }
    over_steps = OVER_STEPS[kind.layer]
    learns = step.builder.training
    return step.call(over_steps, x, weights["w"], weights["r"], weights["bias"], states, learns)


def sequence_of(step: Step, result: fx.Node, backward: bool) -> fx.Node:
    """[steps, batch, directions · hidden] as ONNX has it: [steps, directions, batch, hidden]."""
    sequence = step.call(operator.getitem, result, 0)
    if backward:
        sequence = step.call(torch.flip, sequence, (0,))
    directions = len(DIRECTIONS[step.settings["direction"]])
    apart = step.call(torch.unflatten, sequence, -1, (directions, step.settings["hidden"]))
    return step.call(torch.transpose, apart, 1, 2)


def over_steps(
    kind: Kind,
    x: torch.Tensor,
    w: torch.Tensor,
    r: torch.Tensor,
    bias: torch.Tensor | None,
    states: Any,
    training: bool,
) -> tuple[torch.Tensor, Any]:
    """What the layer computes, of weights in ONNX's order."""
    flat: list[torch.Tensor] = []
    for direction in range(w.shape[0]):
        parts = [w[direction], r[direction]]
        if bias is not None:
            parts += bias[direction].chunk(2)
        flat += [reorder(part, kind.gates.to_torch) for part in parts]
    if states is None:
        zeros = x.new_zeros((w.shape[0], x.shape[1], r.shape[-1]))
        states = (zeros, zeros) if kind is LSTM else zeros
    options = (bias is not None, 1, 0.0, training, w.shape[0] == 2, False)
    sequence, *last = kind.function(x, states, flat, *options)
    return sequence, tuple(last) if kind is LSTM else last[0]


def lstm_over_steps(*operands: Any) -> tuple[torch.Tensor, Any]:
    return over_steps(LSTM, *operands)


def gru_over_steps(*operands: Any) -> tuple[torch.Tensor, Any]:
    return over_steps(GRU, *operands)


def rnn_over_steps(*operands: Any) -> tuple[torch.Tensor, Any]:
    return over_steps(RNN, *operands)


# Functions by name, as the generated code calls them.
OVER_STEPS = {nn.LSTM: lstm_over_steps, nn.GRU: gru_over_steps, nn.RNN: rnn_over_steps}

RECURRENT: dict[str, Build] = {"LSTM": recurrent(LSTM), "GRU": recurrent(GRU), "RNN": recurrent(RNN)}

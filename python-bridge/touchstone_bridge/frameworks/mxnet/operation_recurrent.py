"""LSTM, GRU and RNN as the fused operator below `gluon.rnn`; its parameters are one vector, as there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Dict, List, Mapping, Sequence, Tuple

import numpy
from mxnet import symbol

from ...artefact import Array
from .operation_builder import Build, Step
from .symbol_builder import Symbol

np = symbol.np


@dataclass(frozen=True)
class Kind:
    mode: str
    # ONNX position of each of MXNet's gates, and back.
    to_mxnet: Tuple[int, ...]
    to_onnx: Tuple[int, ...]
    # In the order in which the operator takes and gives them.
    states: Tuple[str, ...]


# MXNet stacks input, forget, cell, output, where ONNX has i, o, f, c; and reset, update, new, where ONNX has z, r, h.
LSTM = Kind("lstm", (0, 2, 3, 1), (0, 3, 1, 2), ("initialH", "initialC"))
GRU = Kind("gru", (1, 0, 2), (1, 0, 2), ("initialH",))
RNN = Kind("rnn_tanh", (0,), (0,), ("initialH",))


def recurrent(kind: Kind) -> Build:
    def build(step: Step) -> Sequence[Symbol]:
        settings, builder = step.settings, step.builder
        given = dict(zip(("x", "w", "r", *settings["given"]), step.operation.inputs))
        backward = settings["direction"] == "reverse"
        steps, batch, _ = builder.shape(given["x"])
        directions, hidden = builder.shape(given["w"])[0], settings["hidden"]
        blank = np.zeros((directions, batch, hidden), dtype=step.type)
        states = [builder.value(given[name]) if name in given else blank for name in kind.states]
        x = in_order(step.x)
        operands = [np.flip(x, 0) if backward else x, vector(step, kind, given), *states]
        result = symbol.RNN(
            *(operand.as_nd_ndarray() for operand in operands),
            state_size=hidden,
            num_layers=1,
            bidirectional=directions == 2,
            mode=kind.mode,
            state_outputs=True,
        )
        sequence, *ends = (result[place].as_np_ndarray() for place in range(1 + len(kind.states)))
        # Nobody reads a sequence that is not asked for: anything may stand for it.
        if "sequence" not in settings["read"]:
            return [ends[0], *ends]
        ordered = np.flip(sequence, 0) if backward else sequence
        apart = np.reshape(ordered, (steps, batch, directions, hidden))
        return [np.transpose(apart, (0, 2, 1, 3)), *ends]

    return build


def in_order(x: Symbol) -> Symbol:
    """Of what a convolution made: the operator errs on oneDNN's layouts (MXNet 1.9.1), and an addition undoes them."""
    made_by = {node["op"] for node in json.loads(x.tojson())["nodes"]}
    return x + 0 if made_by & {"Convolution", "Deconvolution"} else x


def vector(step: Step, kind: Kind, given: Mapping[str, int]) -> Symbol:
    """All weights of each direction, then all biases: what the operator takes."""
    w, r = (matrices(step, kind, given[name]) for name in ("w", "r"))
    if "bias" in given:
        first, second = biases(step, kind, given["bias"])
    else:
        blank = numpy.zeros(len(kind.to_mxnet) * step.settings["hidden"], step.type)
        first = second = [step.builder.parameter(blank)] * len(w)
    parts = [each for pair in zip(w, r) for each in pair]
    parts += [each for pair in zip(first, second) for each in pair]
    return np.concatenate([np.reshape(part, (-1,)) for part in parts], axis=0)


def matrices(step: Step, kind: Kind, tensor: int) -> List[Symbol]:
    """W or R of each direction."""
    builder = step.builder
    constant = builder.own(tensor)
    if constant is None:
        return [reordered(part, kind) for part in directed(step, builder.value(tensor))]
    parts = [reorder(part, kind.to_mxnet) for part in builder.array(constant)]
    return builder.hold(constant, parts, lambda arrays: stacked(arrays, kind))


def biases(step: Step, kind: Kind, tensor: int) -> Tuple[List[Symbol], List[Symbol]]:
    """The operator has both halves, as ONNX has; where they learn, only the first one does."""
    builder = step.builder
    constant = builder.own(tensor)
    if constant is None or constant.trained:
        halves = [np.split(part, 2, axis=0) for part in directed(step, builder.value(tensor))]
        first, second = ([reordered(half[place], kind) for half in halves] for place in (0, 1))
        return first, second
    parts = [numpy.split(part, 2) for part in builder.array(constant)]
    inputs, states = (
        [builder.parameter(reorder(part[place], kind.to_mxnet)) for part in parts] for place in (0, 1)
    )
    return inputs, states


def directed(step: Step, value: Symbol) -> List[Symbol]:
    """What is computed, or what others read too, of each direction."""
    if step.settings["direction"] != "bidirectional":
        return [np.squeeze(value, 0)]
    both = np.split(value, 2, axis=0)
    return [np.squeeze(both[place], 0) for place in (0, 1)]


def reordered(part: Symbol, kind: Kind) -> Symbol:
    count = len(kind.to_mxnet)
    if count == 1:
        return part
    gates = np.split(part, count, axis=0)
    return np.concatenate([gates[place] for place in kind.to_mxnet], axis=0)


def reorder(part: Array, order: Tuple[int, ...]) -> Array:
    """Equal blocks along the first axis."""
    return numpy.concatenate([numpy.split(part, len(order))[place] for place in order])


def stacked(arrays: Sequence[Array], kind: Kind) -> Array:
    return numpy.stack([reorder(array, kind.to_onnx) for array in arrays])


RECURRENT: Dict[str, Build] = {"LSTM": recurrent(LSTM), "GRU": recurrent(GRU), "RNN": recurrent(RNN)}

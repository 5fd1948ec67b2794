"""LSTM, GRU and RNN as the fused operator below `gluon.rnn`; its parameters are one vector, as there.

The plan has the weights as `recurrent` in adapters/mxnet/capabilities.ts says: by direction, gates in MXNet's order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Dict, List, Mapping, Sequence, Tuple

import numpy
from mxnet import symbol

from ..builder import Build, Step, Symbol, legacy

np = symbol.np


@dataclass(frozen=True)
class Kind:
    mode: str
    # In the order in which the operator takes and returns them.
    states: Tuple[str, ...]


LSTM = Kind("lstm", ("initialH", "initialC"))
GRU = Kind("gru", ("initialH",))
RNN = Kind("rnn_tanh", ("initialH",))
# In the order of the vector: the matrices of each direction, then the biases of each.
MATRICES, BIASES = ("w", "r"), ("bias", "recurrentBias")


def recurrent(kind: Kind) -> Build:
    def build(step: Step) -> Sequence[Symbol]:
        settings = step.settings
        given = dict(zip(("x", *settings["given"]), step.inputs))
        # MXNet has no layer that only goes backward: it is given the steps in reverse order.
        backward = settings["direction"] == "reverse"
        x = without_layout(step.x)
        operands = [np.flip(x, 0) if backward else x, vector(step, given), *states_of(step, kind, given)]
        result = symbol.RNN(
            *(operand.as_nd_ndarray() for operand in operands),
            state_size=settings["hidden"],
            num_layers=1,
            bidirectional=settings["direction"] == "bidirectional",
            mode=kind.mode,
            state_outputs=True,
        )
        sequence, *ends = (result[place].as_np_ndarray() for place in range(1 + len(kind.states)))
        # Any tensor may stand for a sequence that nobody reads.
        if "sequence" not in settings["read"]:
            return [ends[0], *ends]
        return [np.flip(sequence, 0) if backward else sequence, *ends]

    return build


def without_layout(x: Symbol) -> Symbol:
    """The operator fails on the layouts of oneDNN's convolutions (MXNet 1.9.1), which an addition undoes."""
    made_by = {node["op"] for node in json.loads(x.tojson())["nodes"]}
    return x + 0 if made_by & {"Convolution", "Deconvolution"} else x


def states_of(step: Step, kind: Kind, given: Mapping[str, int]) -> List[Symbol]:
    """Initial states [directions, batch, hidden]: zeros where none is given, which take less time than a parameter."""
    directions = 1 + (step.settings["direction"] == "bidirectional")
    shape = (directions, step.shapes[0][1], step.settings["hidden"])
    return [
        step.builder.value(given[name]) if name in given else np.zeros(shape, dtype=step.type)
        for name in kind.states
    ]


def vector(step: Step, given: Mapping[str, int]) -> Symbol:
    """All parameters of the layer; of weights that no training updates it is joined once, at load."""
    builder = step.builder
    names = parameters_of(step)
    blank = numpy.zeros(builder.shape(given["r"])[0], step.type)
    frozen = [builder.frozen(given[name]) if name in given else blank for name in names]
    if all(array is not None for array in frozen):
        return builder.parameter(numpy.concatenate([array.ravel() for array in frozen if array is not None]))
    values = [builder.value(given[name]) if name in given else builder.parameter(blank) for name in names]
    flat = [np.reshape(value, (-1,)) for value in values]
    return legacy(symbol._internal._rnn_param_concat, *flat, dim=0)


def parameters_of(step: Step) -> List[str]:
    """The plan's names of the layer's parameters, in the operator's order."""
    suffixes = ("", "Backward") if step.settings["direction"] == "bidirectional" else ("",)
    return [name + suffix for names in (MATRICES, BIASES) for suffix in suffixes for name in names]


RECURRENT: Dict[str, Build] = {"LSTM": recurrent(LSTM), "GRU": recurrent(GRU), "RNN": recurrent(RNN)}

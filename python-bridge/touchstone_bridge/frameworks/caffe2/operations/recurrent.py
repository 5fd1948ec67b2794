"""LSTM, GRU and RNN as Caffe2's own cells over the steps, one for each direction.

The plan has the weights as `recurrent` in adapters/caffe2/capabilities.ts says: by direction, gates in Caffe2's order.
A cell finds its weights by the names of their blobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from caffe2.python import core

from ..builder import Build, Step
from .cells import GRU, LSTM, RNN, Kind, full_lengths, over_steps, reverse
from .shapes import part

RESULTS = ("sequence", "last", "cell")
# Of each direction: whether it goes backwards.
DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}


def recurrent(kind: Kind) -> Build:
    def build(step: Step) -> Sequence[core.BlobReference]:
        settings = step.settings
        given = dict(zip(("x", *settings["given"]), step.operation.inputs))
        results = [
            one_direction(step, kind, given, direction, is_backward)
            for direction, is_backward in enumerate(DIRECTIONS[settings["direction"]])
        ]
        # Nothing reads the others, so any blob may stand for them.
        return [
            together(step, parts, name) if name in settings["read"] else parts[0]
            for name, parts in zip(RESULTS, zip(*results))
        ]

    return build


def one_direction(
    step: Step, kind: Kind, given: Mapping[str, int], direction: int, is_backward: bool
) -> list[core.BlobReference]:
    """Its results, in the order of the operation's outputs."""
    builder, settings = step.builder, step.settings
    steps, batch, values = step.shapes[0]
    scope = str(builder.fresh("cell")).rpartition("/")[2]
    hold_weights(step, kind, given, scope, "Backward" if direction == 1 else "")
    lengths = full_lengths(builder, steps, batch) if is_backward else None
    with_gradient = [
        position
        for position, tensor in enumerate(step.operation.outputs)
        if builder.carries(tensor) or not builder.training
    ]
    options = {}
    if "linearBeforeReset" in settings:
        options["linear_before_reset"] = settings["linearBeforeReset"]
    results = over_steps(
        builder,
        kind,
        step.x if lengths is None else reverse(builder, step.x, lengths),
        [state(step, given, name, direction) for name in kind.states],
        (values, settings["hidden"]),
        scope,
        with_gradient,
        **options,
    )
    if lengths is not None and "sequence" in settings["read"]:
        results[0] = reverse(builder, results[0], lengths)
    return results


def hold_weights(step: Step, kind: Kind, given: Mapping[str, int], scope: str, suffix: str) -> None:
    """W, R and the biases of one direction, as the cell's own blobs. It must have biases: zeros where none is given."""
    builder = step.builder
    of_input = [f"{scope}/i2h"]
    of_state = [f"{scope}/{product}" for product in kind.products]
    for name, end, products in (
        ("w", "w", of_input),
        ("r", "w", of_state),
        ("bias", "b", of_input),
        ("recurrentBias", "b", of_state),
    ):
        blobs = [f"{product}_{end}" for product in products]
        if name + suffix in given:
            builder.hold(given[name + suffix], blobs)
            continue
        rows = builder.shape(given["w"])[0] // len(blobs)
        builder.values.update((str(builder.named(blob)), np.zeros(rows, np.float32)) for blob in blobs)


def state(step: Step, given: Mapping[str, int], name: str, direction: int) -> core.BlobReference:
    """The direction's initial state, [1, batch, hidden]: zeros where there is none."""
    builder = step.builder
    if name not in given:
        return builder.feed(np.zeros((1, step.shapes[0][1], step.settings["hidden"]), np.float32))
    stacked, shape = builder.value(given[name]), builder.shape(given[name])
    return stacked if shape[0] == 1 else part(builder, stacked, shape, 0, direction, direction + 1)


def together(step: Step, parts: Sequence[core.BlobReference], name: str) -> core.BlobReference:
    """Both directions: every state [steps, batch, directions·hidden], or a last one [directions, batch, hidden]."""
    return parts[0] if len(parts) == 1 else step.builder.joined(parts, 2 if name == "sequence" else 0)


RECURRENT: dict[str, Build] = {"LSTM": recurrent(LSTM), "GRU": recurrent(GRU), "RNN": recurrent(RNN)}

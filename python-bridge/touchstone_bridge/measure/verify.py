"""Before anything is timed: both nets compute what the artefact expects.

A hand-written net that computes something else would be compared with in vain. The counterpart in TypeScript is
`scripts/measure/paired/verify.ts`.
"""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Mapping, Optional, Union

import numpy as np
from safetensors.numpy import load_file

from ..artefact import Array, Model, Tensors
from .contenders import Slow

LOSS_FACTOR = 10
"""Losses may differ by so many times the declared tolerance: rounding grows through the updates, and by which rule
they are made shows in the second digit."""

Read = Callable[[Any], Tensors]


class Wrong(ValueError):
    """What a net computes is not what the artefact expects."""


def verify(
    call: Callable[[int], Any],
    read: Read,
    model: Model,
    max_iteration_ns: float,
    losses: Optional[int] = None,
) -> Optional[Slow]:
    """The first calls: the outputs of every buffer, or the losses of the first training steps, or of so many of them.

    Slow where a call takes longer than the limit, Wrong where the net does not agree.
    """
    folder = model.model_path.parent
    expected = load_file(folder / "expected.safetensors")
    tolerance = json.loads((folder / "artefact.json").read_text("utf-8"))["tolerance"]
    buffers, training = model.manifest.buffers, model.manifest.training
    outputs = first_calls(call, training.steps if training else buffers, buffers, max_iteration_ns)
    if isinstance(outputs, Slow):
        return outputs
    if training:
        reference = {"losses": expected["losses"][:losses]}
        compare(
            "losses", np.asarray(outputs[:losses], np.float64), reference, LOSS_FACTOR * tolerance["loss"]
        )
        return None
    for buffer, output in enumerate(outputs):
        for name, array in read(output).items():
            compare(f"output/{buffer}/{name}", array, expected, tolerance["output"])
    return None


def first_calls(
    call: Callable[[int], Any], count: int, buffers: int, max_iteration_ns: float
) -> Union[list[Any], Slow]:
    outputs = []
    for iteration in range(count):
        begin = time.perf_counter_ns()
        outputs.append(call(iteration % buffers))
        iteration_ns = time.perf_counter_ns() - begin
        # The first call compiles.
        if iteration > 0 and iteration_ns > max_iteration_ns:
            return Slow(iteration_ns)
    return outputs


def compare(name: str, actual: Array, expected: Mapping[str, Array], tolerance: float) -> None:
    """Wrong where the relative error is above the tolerance: runners/parity/parity.ts has the definition."""
    reference = expected[name].astype(np.float64)
    if actual.shape != reference.shape:
        raise Wrong(f"{name} has the shape {actual.shape} instead of {reference.shape}")
    if name == "losses":
        floor = 0.1 * float(np.abs(reference).max())
        error = float(np.max(np.abs(actual - reference) / np.maximum(np.abs(reference), floor)))
    else:
        error = float(np.linalg.norm(actual - reference) / np.linalg.norm(reference))
    # Not a number is above any tolerance.
    if not error <= tolerance:
        raise Wrong(f"{name} differs by {error:.1e}, tolerance {tolerance}")

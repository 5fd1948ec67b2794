"""How far rounding takes an output, in float32 and to steps: the parity check allows others about as much."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

import numpy as np
import numpy.typing as npt
import onnx

from .decided import Decided

Array = npt.NDArray[Any]


def deciding_outputs(model: onnx.ModelProto, decided: Sequence[Decided]) -> None:
    """Makes what decides an output an output itself."""
    known = {output.name for output in model.graph.output}
    for value in dict.fromkeys(each.value for each in decided):
        if value not in known:
            # The evaluator reads the names only.
            model.graph.output.append(onnx.ValueInfoProto(name=value))


def evidence(
    decided: Sequence[Decided], buffer: int, wide: Mapping[str, Array], narrow: Mapping[str, Array]
) -> dict[str, Array]:
    """For each output the largest difference between both evaluations, and the values that its integers come from.

    `rounding/<buffer>/<name>` is absent where the difference is not known.
    """
    found: dict[str, Array] = {}
    for each in decided:
        name, value = f"{buffer}/{each.output}", np.asarray(wide[each.value])
        again = narrow.get(each.value)
        error = None if again is None else largest_error(value, np.asarray(again))
        if error is not None:
            found[f"rounding/{name}"] = np.array(error)
        if each.kind == "ranked":
            found[f"ranked/{name}"] = along(value, each.axis)
        elif each.kind == "truncated":
            found[f"truncated/{name}"] = value.astype(np.float64)
    return found


def spread(buffer: int, nearest: Mapping[str, Array], at_random: Mapping[str, Array]) -> dict[str, Array]:
    """`spread/<buffer>/<name>`, by output: what rounding to other steps changes, as a share of its norm.

    Two right computations sum in another order. A value beside a tie goes to the other step then, and what follows
    from it sends further values there, until the roundings of both are independent.
    """
    found: dict[str, Array] = {}
    for name, again in at_random.items():
        one, other = (np.asarray(each, dtype=np.float64) for each in (nearest[name], again))
        is_finite = np.isfinite(one) & np.isfinite(other)
        size = float(np.linalg.norm(one[is_finite]))
        if size > 0:
            found[f"spread/{buffer}/{name}"] = np.array(np.linalg.norm((other - one)[is_finite]) / size)
    return found


def largest_error(wide: Array, narrow: Array) -> Optional[float]:
    """Of the finite elements. None where the narrow ones were computed in float64, or are not finite."""
    if wide.dtype == np.float64 == narrow.dtype:
        return None
    is_finite = np.isfinite(wide.astype(np.float64))
    error = np.abs(np.where(is_finite, narrow, 0).astype(np.float64) - np.where(is_finite, wide, 0))
    largest = float(error.max(initial=0))
    return largest if np.isfinite(largest) else None


def along(value: Array, axis: int) -> Array:
    """[before, extent, behind] of the axis, in float64, where ties stay what they are."""
    shape = value.shape or (1,)
    place = axis % len(shape)
    flat = (int(np.prod(shape[:place])), shape[place], int(np.prod(shape[place + 1 :])))
    return value.reshape(flat).astype(np.float64)

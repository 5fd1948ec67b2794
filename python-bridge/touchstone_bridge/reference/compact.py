"""The types in which expected values are stored."""

from __future__ import annotations

import numpy as np

from ..artefact import Array

# What decides an output stays as it is, since rounding makes ties, and so do single numbers.
WIDE = ("ranked/", "truncated/", "rounding/", "spread/")


def compact(tensors: dict[str, Array]) -> dict[str, Array]:
    """Rounds tensors to float32, an error of 1e-3 of the tightest tolerance. Losses and what decides stay float64."""
    return {name: np.asarray(rounded(name, array), order="C") for name, array in tensors.items()}


def rounded(name: str, array: Array) -> Array:
    is_wide = name == "losses" or name.startswith(WIDE)
    return array if is_wide or array.dtype != np.float64 else array.astype(np.float32)

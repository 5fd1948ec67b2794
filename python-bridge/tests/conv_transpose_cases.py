"""ONNX's ConvTranspose by explicit loops over every element, and cases with which implementations are tested."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Mapping

import numpy as np

from touchstone_bridge.artefact import Array, Attribute


@dataclass(frozen=True)
class Case:
    """As many spatial axes as `kernel` has; two examples, three channels and two filters per group."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    pads: tuple[int, ...]
    output_padding: tuple[int, ...]
    dilations: tuple[int, ...]
    groups: int = 1

    def attributes(self) -> dict[str, Attribute]:
        return {
            "strides": list(self.strides),
            "pads": list(self.pads),
            "output_padding": list(self.output_padding),
            "dilations": list(self.dilations),
            "group": self.groups,
        }

    def dilated(self) -> bool:
        return set(self.dilations) != {1}

    def arrays(self) -> dict[str, Array]:
        """Random x, w and b in float64."""
        generator = np.random.default_rng(len(self.kernel))
        shapes = {
            "x": (2, 3 * self.groups, *(4, 3, 3)[: len(self.kernel)]),
            "w": (3 * self.groups, 2, *self.kernel),
            "b": (2 * self.groups,),
        }
        return {name: generator.uniform(-1, 1, shape) for name, shape in shapes.items()}

    def is_plain_2d(self) -> bool:
        """Whether it has two spatial axes and no dilations, as some frameworks require."""
        return len(self.kernel) == 2 and not self.dilated()


CASES = (
    # U-Net's up-convolution.
    Case((2, 2), (2, 2), (0, 0, 0, 0), (0, 0), (1, 1)),
    Case((3, 3), (2, 2), (1, 1, 1, 1), (1, 1), (1, 1)),
    Case((3, 2), (1, 3), (1, 0, 1, 0), (0, 2), (1, 1)),
    Case((3, 4), (2, 1), (0, 1, 2, 1), (0, 0), (1, 1)),
    Case((2, 3), (2, 2), (0, 1, 0, 1), (0, 1), (1, 1), 2),
    Case((2, 2), (3, 2), (0, 0, 0, 0), (1, 0), (2, 3)),
    Case((3,), (2,), (1, 0), (1,), (1,)),
    Case((2, 2, 3), (1, 2, 2), (0, 0, 1, 0, 0, 1), (0, 0, 0), (1, 1, 1), 2),
)


def convolve_transposed(case: Case, arrays: Mapping[str, Array]) -> Array:
    """Adds each element of x, times each filter of its group, at every position that it reaches."""
    x, w = (arrays[name].astype(np.float64) for name in "xw")
    axes = len(case.kernel)
    extents = [
        (x.shape[2 + a] - 1) * case.strides[a]
        + (case.kernel[a] - 1) * case.dilations[a]
        + 1
        + case.output_padding[a]
        - case.pads[a]
        - case.pads[axes + a]
        for a in range(axes)
    ]
    result = np.zeros((x.shape[0], w.shape[1] * case.groups, *extents))
    for group, place in itertools.product(range(case.groups), np.ndindex(*x.shape[2:])):
        values = np.split(x, case.groups, axis=1)[group][(..., *place)]
        for position in np.ndindex(*case.kernel):
            to = tuple(
                place[a] * case.strides[a] + position[a] * case.dilations[a] - case.pads[a]
                for a in range(axes)
            )
            if all(0 <= at < extent for at, extent in zip(to, extents)):
                product = values @ np.split(w, case.groups)[group][(..., *position)]
                np.split(result, case.groups, axis=1)[group][(..., *to)] += product
    return result + arrays["b"].reshape(-1, *[1] * axes) if "b" in arrays else result

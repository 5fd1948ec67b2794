"""Convolutions, poolings and resizing, channels last."""

from __future__ import annotations

from math import prod
from typing import Any, List, Mapping, Sequence, Tuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .call import Call, Settings, Tensor
from .shapes import least

# Letters of the spatial axes, of which the last few are used.
SPATIAL = "DHW"


def dimension_numbers(rank: int, filters: str) -> Tuple[str, str, str]:
    """@param filters: letters of the filters' last two axes."""
    spatial = SPATIAL[len(SPATIAL) - rank + 2 :]
    return f"N{spatial}C", f"{spatial}{filters}", f"N{spatial}C"


def convolution(settings: Settings, x: Tensor, filters: Tensor, *bias: Tensor) -> Tensor:
    y = lax.conv_general_dilated(
        x,
        filters,
        window_strides=settings["strides"],
        padding=settings["pads"],
        rhs_dilation=settings["dilations"],
        dimension_numbers=dimension_numbers(x.ndim, "IO"),
        feature_group_count=settings["group"],
    )
    return y + bias[0] if bias else y


def transposed_convolution(settings: Settings, x: Tensor, filters: Tensor, *bias: Tensor) -> Tensor:
    """As `lax.conv_transpose` writes it, which has no groups: x with holes, over filters turned around."""
    group, dilations = settings["group"], settings["dilations"]
    kernel = filters.shape[:-2]
    reach = [dilation * (extent - 1) for dilation, extent in zip(dilations, kernel)]
    padding = [
        (whole - before, whole - behind + longer)
        for whole, (before, behind), longer in zip(reach, settings["pads"], settings["outputPadding"])
    ]
    if group > 1:
        # [kernel, M/group, C] with the groups of C beside each other: [kernel, M, C/group].
        columns = filters.shape[-1] // group
        parts = filters.reshape(*kernel, filters.shape[-2], group, columns)
        filters = jnp.swapaxes(parts, -3, -2).reshape(*kernel, -1, columns)
    y = lax.conv_general_dilated(
        x,
        lax.rev(filters, range(len(kernel))),
        window_strides=[1] * len(kernel),
        padding=padding,
        lhs_dilation=settings["strides"],
        rhs_dilation=dilations,
        dimension_numbers=dimension_numbers(x.ndim, "OI"),
        feature_group_count=group,
    )
    return y + bias[0] if bias else y


def over_windows(settings: Settings, x: Tensor, first: Any, combine: Any) -> Tensor:
    """For every position the combination of what its window holds."""

    def whole(spatial: Sequence[Any], other: Any) -> List[Any]:
        return [other, *spatial, other]

    return lax.reduce_window(
        x,
        first,
        combine,
        whole(settings["kernel"], 1),
        whole(settings["strides"], 1),
        whole([tuple(pair) for pair in settings["pads"]], (0, 0)),
        window_dilation=whole(settings["dilations"], 1),
    )


def max_pool(settings: Settings, x: Tensor) -> Tensor:
    return over_windows(settings, x, least(x.dtype), lax.max)


def average_pool(settings: Settings, x: Tensor) -> Tensor:
    zero = np.zeros((), x.dtype)
    total = over_windows(settings, x, zero, lax.add)
    if settings["countPads"]:
        return total / prod(settings["kernel"])
    ones = jnp.ones((1, *x.shape[1:-1], 1), x.dtype)
    return total / over_windows(settings, ones, zero, lax.add)


def resize(settings: Settings, x: Tensor) -> Tensor:
    """The backend's capabilities let through what means the same here."""
    shape = (x.shape[0], *settings["sizes"], x.shape[-1])
    return jax.image.resize(x, shape, settings["mode"], antialias=False)


WINDOWS: Mapping[str, Call] = {
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "Resize": resize,
}

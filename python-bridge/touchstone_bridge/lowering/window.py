"""The sliding window of convolutions and poolings."""

from __future__ import annotations

from typing import Sequence

from ..artefact import Node
from .attributes import integers, text


class Window:
    """Kernel, strides, dilations and pads of a sliding window, `auto_pad` worked out from the observed `extents`."""

    def __init__(self, node: Node, kernel: Sequence[int], extents: Sequence[int]) -> None:
        axes = len(kernel)
        self.kernel = tuple(kernel)
        self.strides = integers(node, "strides", [1] * axes)
        self.dilations = integers(node, "dilations", [1] * axes)
        pads = integers(node, "pads", [0] * (2 * axes))
        automatic = text(node, "auto_pad", "NOTSET")
        if automatic in ("SAME_UPPER", "SAME_LOWER"):
            pads = self._same(extents, upper=automatic == "SAME_UPPER")
        elif automatic == "VALID":
            pads = (0,) * (2 * axes)
        self.begin, self.end = pads[:axes], pads[axes:]

    def _same(self, extents: Sequence[int], upper: bool) -> tuple[int, ...]:
        """Pads with which the output has ceil(extent / stride) positions; the odd one at the end if `upper`."""
        totals = [
            max((-(-extent // stride) - 1) * stride + (kernel - 1) * dilation + 1 - extent, 0)
            for extent, stride, kernel, dilation in zip(extents, self.strides, self.kernel, self.dilations)
        ]
        less, more = [total // 2 for total in totals], [total - total // 2 for total in totals]
        return tuple(less + more if upper else more + less)

    def symmetric(self) -> bool:
        """Whether the layer itself can pad."""
        return self.begin == self.end

"""Keras's own layer for an operation, where it has one for the settings and the operands; all of them float32."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from ..builder import Apply, Choose, Step
from .elementwise import ELEMENTWISE
from .embedding import embedding
from .normalisation import NORMALISATION
from .products import dense
from .recurrent import RECURRENT
from .shapes import SHAPES
from .windows import WINDOWS

LAYERS: Mapping[str, Choose] = {**WINDOWS, **NORMALISATION, **RECURRENT, "Gemm": dense}
# Those that cost no more as a part of a custom layer than by themselves.
LIGHT: Mapping[str, Choose] = {**ELEMENTWISE, **SHAPES}


def choose(step: Step) -> Optional[Apply]:
    """None where there is no such layer."""
    kind, builder = step.operation.kind, step.builder
    if kind == "Gather":
        return embedding(step)
    found = LAYERS.get(kind) or LIGHT.get(kind)
    is_single = all(builder.type(tensor) == "float32" for tensor in step.inputs)
    if found is None or not is_single or builder.constant(step.inputs[0]) is not None:
        return None
    return found(step)

"""Elements by index."""

from __future__ import annotations

from typing import Dict

from mxnet import symbol

from ..builder import Build, Step, Symbol

np, npx = symbol.np, symbol.npx


def gather(step: Step) -> Symbol:
    """Rows of a constant table are an embedding."""
    table, indices = step.inputs
    axis, shape = step.settings["axis"], step.shapes[0]
    is_table = step.builder.is_constant(table) and len(shape) == 2 and axis == 0
    if not is_table or step.type != "float32":
        return np.take(*step.operands, axis=axis, mode="clip")
    rows, values = shape
    return npx.embedding(step.builder.value(indices), step.x, input_dim=rows, output_dim=values)


INDEXING: Dict[str, Build] = {"Gather": gather}
